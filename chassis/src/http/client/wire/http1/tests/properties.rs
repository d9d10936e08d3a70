//! However an answer is cut, it is the same; and whatever comes, hyper makes the same of it.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const WORDS: &[&str] = &[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 204 No Content\r\n",
    "HTTP/1.0 200 OK\r\n",
    "HTTP/1.1 103 Early Hints\r\n\r\n",
    "content-length: 5\r\n",
    "content-length: 0\r\n",
    "transfer-encoding: chunked\r\n",
    "connection: close\r\n",
    "x-a: b\r\n",
    "\r\n",
    "hello",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "0\r\nx-sum: 1\r\n\r\n",
    "\n",
    "\r",
    "\0",
    "5",
];

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(future)
}

/// What hyper makes of it.
async fn by_hyper(answer: Vec<u8>) -> Option<(u16, Vec<u8>)> {
    let (ours, mut theirs) = tokio::io::duplex(1 << 16);
    let io = hyper_util::rt::TokioIo::new(ours);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    let wire = http::Request::get("/v1/orders/42")
        .body(String::new())
        .unwrap();
    let asked = async {
        let response = sender.send_request(wire).await.ok()?;
        let status = response.status().as_u16();
        let body = response.collect().await.ok()?.to_bytes().to_vec();
        Some((status, body))
    };
    let other = async {
        let mut some = [0; 16];
        theirs.read_exact(&mut some).await.unwrap();
        theirs.write_all(&answer).await.unwrap();
        theirs.shutdown().await.unwrap();
    };
    let (answer, (), _) = tokio::join!(asked, other, connection);
    answer
}

proptest! {
    #[test]
    fn an_answer_is_the_same_however_it_is_cut(
        words in vec(0..WORDS.len(), 0..12),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let text: String = words.iter().map(|word| WORDS[*word]).collect();
        let bytes = text.as_bytes();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        let whole = run(taken(get(), &[bytes], true));
        let cut = run(taken(get(), &pieces, true));
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn what_is_taken_hyper_takes_alike(words in vec(0..WORDS.len(), 0..12)) {
        let text: String = std::iter::once(0).chain(words).map(|word| WORDS[word]).collect();
        let ours = run(taken(get(), &[text.as_bytes()], true));
        let hypers = run(by_hyper(text.clone().into_bytes()));
        if let (Ok(ours), Some((status, body))) = (&ours, &hypers) {
            prop_assert_eq!((ours.status, &ours.body), (*status, body), "{}", text);
        }
        prop_assert_eq!(ours.is_ok(), hypers.is_some(), "{}: {:?} {:?}", text, ours, hypers);
    }

    #[test]
    fn noise_is_an_error_or_an_answer(noise in vec(any::<u8>(), 0..200)) {
        let _any = run(taken(get(), &[&noise], true));
    }
}
