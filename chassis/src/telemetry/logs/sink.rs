//! [`Sink`]: where finished lines go. Nobody waits for it: lines lie in bounded buffers until a
//! thread of its own writes them out; a line that finds no room is dropped and counted.

use std::fmt;
use std::io::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::telemetry::capture::Capture;
use crate::telemetry::metrics::{Sharded, Total};
use crate::{Error, Result};

/// How long a line waits for others to be written with.
const GATHER: Duration = Duration::from_millis(10);
/// How many bytes one buffer holds while the reader of our output is slow.
const ROOM: usize = 512 * 1024;
/// From here on the thread that writes is not given time to gather.
const HURRY: usize = 128 * 1024;
/// What is left free for the next line, so that it need not be measured before.
const LINE: usize = 4 * 1024;

/// Takes lines. Shared by all components of a process.
pub(crate) struct Sink {
    /// One a thread, so that threads do not wait for each other; only the first, where the lines
    /// are read by people and should come in order.
    buffers: Sharded<Mutex<Vec<u8>>>,
    in_order: bool,
    /// Lines that found no room.
    pub(crate) dropped: Total,
    capture: Option<Capture>,
    writer: OnceLock<Thread>,
    /// Something waits to be written.
    pending: AtomicBool,
    closing: AtomicBool,
    /// Told when all that was there has been written.
    waiting: Mutex<Vec<Told>>,
}

type Told = Box<dyn FnOnce() + Send>;

impl Sink {
    /// Writes lines to `out` from now on.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub(crate) fn start(in_order: bool, out: impl Write + Send + 'static) -> Result<Arc<Self>> {
        let sink = Arc::new(Self::new(in_order, None));
        let writer = Writer {
            sink: Arc::clone(&sink),
            out,
            spare: Vec::new(),
        };
        let started = thread::Builder::new()
            .name("chassis-logs".to_owned())
            .spawn(move || writer.run());
        let failed =
            |error| Error::unavailable("cannot start the thread that writes logs").because(error);
        let _ = sink.writer.set(started.map_err(failed)?.thread().clone());
        Ok(sink)
    }

    /// Keeps lines for a test.
    pub(crate) fn captured(capture: Capture) -> Arc<Self> {
        Arc::new(Self::new(false, Some(capture)))
    }

    fn new(in_order: bool, capture: Option<Capture>) -> Self {
        Self {
            buffers: Sharded::default(),
            in_order,
            dropped: Total::default(),
            capture,
            writer: OnceLock::new(),
            pending: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            waiting: Mutex::default(),
        }
    }

    /// Takes one line, which `render` writes with its line feed. It must not log.
    #[inline]
    pub(crate) fn line(&self, render: impl FnOnce(&mut Vec<u8>)) {
        self.put(self.in_order, render);
    }

    /// Like [`line`](Self::line), after all lines that came this way before, on any thread.
    pub(crate) fn line_in_order(&self, render: impl FnOnce(&mut Vec<u8>)) {
        self.put(true, render);
    }

    #[inline]
    fn put(&self, in_order: bool, render: impl FnOnce(&mut Vec<u8>)) {
        if let Some(capture) = &self.capture {
            let mut line = Vec::new();
            render(&mut line);
            capture.line(&line);
            return;
        }
        let mut buffer = self.buffer(in_order);
        if buffer.len() + LINE > ROOM {
            drop(buffer);
            self.dropped.add(1);
            return;
        }
        let before = buffer.len();
        render(&mut buffer);
        let hurry = before < HURRY && buffer.len() >= HURRY;
        drop(buffer);
        if !self.pending.load(SeqCst) || hurry {
            self.wake(hurry);
        }
    }

    /// Waits until all lines so far are written, for at most `limit`, and gives whether they are.
    /// It blocks: for the very end of a process.
    pub(crate) fn flush(&self, limit: Duration) -> bool {
        let (tell, told) = mpsc::channel();
        self.when_written(move || {
            let _ = tell.send(());
        });
        told.recv_timeout(limit).is_ok()
    }

    /// Calls `told` when all lines so far are written.
    pub(crate) fn when_written(&self, told: impl FnOnce() + Send + 'static) {
        if self.writer.get().is_none() {
            return told();
        }
        locked(&self.waiting).push(Box::new(told));
        self.pending.store(true, SeqCst);
        self.unpark();
    }

    /// Ends the thread when all lines are written.
    pub(crate) fn close(&self) {
        self.closing.store(true, SeqCst);
        self.unpark();
    }

    fn buffer(&self, in_order: bool) -> MutexGuard<'_, Vec<u8>> {
        let buffer = if in_order {
            self.buffers.first()
        } else {
            self.buffers.mine()
        };
        locked(buffer)
    }

    #[cold]
    fn wake(&self, hurry: bool) {
        if !self.pending.swap(true, SeqCst) || hurry {
            self.unpark();
        }
    }

    fn unpark(&self) {
        if let Some(writer) = self.writer.get() {
            writer.unpark();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread that writes.
struct Writer<W> {
    sink: Arc<Sink>,
    out: W,
    /// Takes turns with the buffers, so that nothing is allocated.
    spare: Vec<u8>,
}

impl<W: Write> Writer<W> {
    fn run(mut self) {
        loop {
            // Read before the buffers: lines that come before the end are written.
            let closing = self.sink.closing.load(SeqCst);
            if self.sink.pending.load(SeqCst) || closing {
                self.write_all();
            }
            if closing {
                return;
            }
            while !self.sink.pending.load(SeqCst) && !self.sink.closing.load(SeqCst) {
                thread::park();
            }
            // Whoever wants it sooner unparks.
            if locked(&self.sink.waiting).is_empty() {
                thread::park_timeout(GATHER);
            }
        }
    }

    fn write_all(&mut self) {
        // Before anything is taken: who comes later, with a line or to wait, wakes us again.
        self.sink.pending.store(false, SeqCst);
        let waiting = mem::take(&mut *locked(&self.sink.waiting));
        for buffer in self.sink.buffers.all() {
            mem::swap(&mut *locked(buffer), &mut self.spare);
            if !self.spare.is_empty() && self.out.write_all(&self.spare).is_err() {
                let lines = self.spare.iter().filter(|byte| **byte == b'\n').count();
                self.sink.dropped.add(lines as u64);
            }
            self.spare.clear();
        }
        let _: io::Result<()> = self.out.flush();
        waiting.into_iter().for_each(|told| told());
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink")
            .field("in_order", &self.in_order)
            .field("dropped", &self.dropped.get())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Writes into a channel, and waits for leave before.
    struct Gate {
        leave: Receiver<()>,
        written: Sender<Vec<u8>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.leave.recv();
            let _ = self.written.send(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gated() -> (Arc<Sink>, Sender<()>, Receiver<Vec<u8>>) {
        let (leave, gate) = channel();
        let (written, out) = channel();
        let gate = Gate {
            leave: gate,
            written,
        };
        (Sink::start(true, gate).unwrap(), leave, out)
    }

    #[test]
    fn a_reader_that_is_stuck_holds_nobody_up() {
        let (sink, leave, out) = gated();
        let line = [b'x'; 1023];
        for _ in 0..4_000 {
            sink.line(|buffer| {
                buffer.extend_from_slice(&line);
                buffer.push(b'\n');
            });
        }
        assert!(!sink.flush(Duration::from_millis(20)));
        let dropped = sink.dropped.get();
        assert!(dropped >= 2_900, "{dropped}");
        drop(leave);
        assert!(sink.flush(Duration::from_secs(10)));
        sink.close();
        let written: usize = out.iter().map(|bytes| bytes.len()).sum();
        assert_eq!(written as u64, (4_000 - dropped) * 1_024);
    }

    #[test]
    fn the_last_lines_are_written_when_it_is_closed() {
        let (sink, leave, out) = gated();
        drop(leave);
        sink.line(|buffer| buffer.extend_from_slice(b"last\n"));
        sink.close();
        assert_eq!(out.iter().collect::<Vec<_>>().concat(), b"last\n");
    }
}
