fn main() {
    let _ = chassis_macros::migrations!(sql);
}
