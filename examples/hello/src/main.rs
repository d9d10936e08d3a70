use chassis::{CallError, Chassis, service};
#[service(version = "1")]
trait Greeter {
    #[get("/greetings/{name}")]
    async fn greet(&self, name: String) -> Result<String, CallError>;
}
struct English;
impl Greeter for English {
    async fn greet(&self, name: String) -> Result<String, CallError> {
        Ok(format!("Hello, {name}!"))
    }
}
fn main() -> std::process::ExitCode {
    Chassis::new("greeter").serve::<dyn Greeter>(English)
}
