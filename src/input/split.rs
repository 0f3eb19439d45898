//! Cuts a stream of bytes into blocks at record bounds.

use std::io::{self, Read};

use pss_integrations::formats::Layout;

/// Bytes of a block that are read at once without need for anything else: few enough for the cache, many enough that cutting costs nothing.
pub const BLOCK: usize = 1 << 20;

/// Whole records.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Number of the block in its input.
    pub(super) number: usize,
    /// A buffer that keeps its length from block to block, so that it is zeroed only once.
    pub(super) buffer: Vec<u8>,
    /// How much of it holds records.
    pub(super) len: usize,
    /// For arrays, where each element lies; lines are found by the worker.
    pub(super) elements: Option<Vec<(usize, usize)>>,
    /// A record beyond the limit stood before this block and was passed over.
    pub(super) too_long: bool,
    /// The input ended inside the last record.
    pub(super) cut_short: bool,
    /// The input ended behind a record, but before the array's closing bracket.
    pub(super) unclosed: bool,
    /// What is wrong with what stands behind an array, from which nothing can be read.
    pub(super) behind: Option<&'static str>,
}

/// Text behind an array that is none of JSON, or no record.
const APART: &str = "is behind the end of the array, and no record: what follows it is passed over";
/// A second array of records in one object.
const TWICE: &str = "is a second `traces` of one object, which is passed over: the first was read";

impl Block {
    /// The bytes of the records.
    pub(super) fn data(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

/// What cutting needs to remember between blocks.
pub(super) struct Splitter {
    layout: Layout,
    limit: usize,
    block: usize,
    rest: Vec<u8>,
    array: Array,
    skipping: bool,
    number: usize,
    ended: bool,
    unclosed_told: bool,
    /// Whether the array is a member of an object.
    enclosed: bool,
}

/// Where in an array the scan stands.
#[derive(Debug, Default)]
struct Array {
    scanned: usize,
    depth: u32,
    in_text: bool,
    escaped: bool,
    start: Option<usize>,
    stage: Stage,
    over: bool,
}

/// Where the scan of an array stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// Among its elements.
    #[default]
    Inside,
    /// Behind it, in the object that it is a member of.
    Enclosed,
    /// Behind it, and behind the object that it was a member of.
    Apart,
}

impl Splitter {
    /// Cuts records of at most `limit` bytes into blocks of `block` bytes, more only where one record is longer.
    pub(super) fn new(layout: Layout, limit: usize, block: usize) -> Splitter {
        Splitter {
            layout,
            limit,
            block: block.max(1),
            rest: Vec::new(),
            array: Array::default(),
            skipping: false,
            number: 0,
            ended: false,
            unclosed_told: false,
            enclosed: false,
        }
    }

    /// The same for a stream that begins with `head`, of which it takes what stands before the first element.
    pub(super) fn after(mut self, head: &mut Vec<u8>) -> Splitter {
        if let Layout::Array(start) = self.layout {
            let elements = head.split_off(start);
            self.enclosed = head.contains(&b'{');
            *head = elements;
        }
        self
    }

    /// The next block, in a buffer that was used before; `None` at the end.
    ///
    /// # Errors
    /// What the stream says. What was read before stays: the next call gives it.
    pub(super) fn next(
        &mut self,
        stream: &mut dyn Read,
        mut buffer: Vec<u8>,
    ) -> io::Result<Option<Block>> {
        if self.array.over || (self.ended && self.rest.is_empty()) {
            return Ok(None);
        }
        if buffer.len() < self.rest.len() {
            buffer.resize(self.rest.len(), 0);
        }
        buffer[..self.rest.len()].copy_from_slice(&self.rest);
        let mut block = Block {
            number: self.number,
            len: self.rest.len(),
            buffer,
            ..Block::default()
        };
        self.rest.clear();
        loop {
            if !self.ended {
                let failed = self.fill(stream, &mut block);
                if let Err(error) = failed {
                    self.ended = true;
                    // What broke the stream says more than the bracket that is missing for it.
                    self.unclosed_told = true;
                    self.rest.extend_from_slice(block.data());
                    return Err(error);
                }
            }
            self.pass_over(&mut block);
            let cut = match self.layout {
                Layout::Lines => memchr::memrchr(b'\n', block.data()).map(|at| at + 1),
                Layout::Array(_) | Layout::Values => self.elements(&mut block),
            };
            if let Some(cut) = cut {
                self.rest.extend_from_slice(&block.data()[cut..]);
                block.len = cut;
                self.array.scanned = self.array.scanned.saturating_sub(cut);
                self.array.start = self.array.start.map(|start| start - cut);
                block.unclosed = self.ended && self.unclosed();
                break;
            }
            if self.ended {
                if let (Layout::Array(_) | Layout::Values, Some(start)) =
                    (self.layout, self.array.start.take())
                {
                    block.cut_short =
                        self.layout != Layout::Values || self.array.depth > 0 || self.array.in_text;
                    let end = block.len;
                    block.elements.get_or_insert_default().push((start, end));
                } else {
                    block.unclosed = self.unclosed();
                }
                break;
            }
            if block.len > self.limit {
                if let Some(cut) = self.broken(&mut block) {
                    self.rest.extend_from_slice(&block.data()[cut..]);
                    block.len = cut;
                    break;
                }
                block.len = 0;
                self.skipping = true;
                block.too_long = true;
            }
        }
        self.number += 1;
        Ok(Some(block))
    }

    /// An element beyond the limit, up to the last line of it on which another may begin: what is broken goes on and on, and those behind it are found by who
    /// decodes it.
    fn broken(&mut self, block: &mut Block) -> Option<usize> {
        let start = self.array.start?;
        let data = &block.buffer[..block.len];
        let cut = memchr::memrchr_iter(b'\n', data).find(|end| {
            let line = data[end + 1..].trim_ascii_start();
            *end > start && line.starts_with(b"{")
        })?;
        block
            .elements
            .get_or_insert_default()
            .push((start, cut + 1));
        self.array = Array {
            stage: self.array.stage,
            ..Array::default()
        };
        Some(cut + 1)
    }

    /// Whether the array was not closed behind its last element; true only once.
    fn unclosed(&mut self) -> bool {
        let missing = matches!(self.layout, Layout::Array(_))
            && !self.array.over
            && self.array.stage == Stage::Inside
            && self.array.start.is_none()
            && !self.unclosed_told;
        self.unclosed_told |= missing;
        missing
    }

    /// Reads until a block is full or the stream ends.
    fn fill(&mut self, stream: &mut dyn Read, block: &mut Block) -> io::Result<()> {
        let wanted = if block.len < self.block {
            self.block
        } else {
            block.len + self.block
        };
        if block.buffer.len() < wanted {
            block.buffer.resize(wanted, 0);
        }
        while block.len < wanted {
            match stream.read(&mut block.buffer[block.len..wanted]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => block.len += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Drops the rest of a line beyond the limit.
    fn pass_over(&mut self, block: &mut Block) {
        if !self.skipping {
            return;
        }
        match (self.layout, memchr::memchr(b'\n', block.data())) {
            (Layout::Lines, Some(at)) => {
                block.buffer.copy_within(at + 1..block.len, 0);
                block.len -= at + 1;
                self.skipping = false;
            }
            _ => {
                block.len = 0;
                // Past an element that is too long there is no way to tell where the next begins.
                self.array.over |= self.layout != Layout::Lines;
            }
        }
    }

    /// Finds whole elements; says where the last one ends.
    fn elements(&mut self, block: &mut Block) -> Option<usize> {
        let array = &mut self.array;
        let mut cut = None;
        let mut at = array.scanned;
        let data = &block.buffer[..block.len];
        let found = block.elements.get_or_insert_default();
        while at < data.len() {
            let byte = data[at];
            if array.in_text {
                if array.escaped {
                    array.escaped = false;
                    at += 1;
                    continue;
                }
                match memchr::memchr2(b'"', b'\\', &data[at..]) {
                    Some(skip) => {
                        at += skip;
                        array.escaped = data[at] == b'\\';
                        array.in_text = array.escaped;
                    }
                    None => at = data.len() - 1,
                }
                at += 1;
                continue;
            }
            if array.stage == Stage::Enclosed {
                match byte {
                    b'"' => {
                        if array.depth == 0 && data[at..].starts_with(b"\"traces\"") {
                            block.behind = Some(TWICE);
                        }
                        array.in_text = true;
                    }
                    b'{' | b'[' => array.depth += 1,
                    b'}' | b']' if array.depth > 0 => array.depth -= 1,
                    b'}' => array.stage = Stage::Apart,
                    _ => {}
                }
                at += 1;
                cut = Some(at);
                continue;
            }
            if array.stage == Stage::Apart {
                match byte {
                    _ if byte.is_ascii_whitespace() => {}
                    b'[' => {
                        array.stage = Stage::Inside;
                        self.enclosed = false;
                    }
                    b'{' => {
                        // Records one after the other, from here on.
                        array.stage = Stage::Inside;
                        self.layout = Layout::Values;
                        continue;
                    }
                    _ => {
                        block.behind = Some(APART);
                        array.over = true;
                        cut = Some(data.len());
                        break;
                    }
                }
                at += 1;
                cut = Some(at);
                continue;
            }
            match byte {
                b'"' => {
                    array.in_text = true;
                    array.start.get_or_insert(at);
                }
                b'{' | b'[' => {
                    array.start.get_or_insert(at);
                    array.depth += 1;
                }
                b'}' | b']' if array.depth > 0 => {
                    array.depth -= 1;
                    if let (Layout::Values, 0, Some(start)) =
                        (self.layout, array.depth, array.start)
                    {
                        array.start = None;
                        found.push((start, at + 1));
                        cut = Some(at + 1);
                    }
                }
                byte if self.layout == Layout::Values && array.depth == 0 => {
                    // Between values there are blanks; a plain value ends with one.
                    match array.start {
                        Some(start) if byte.is_ascii_whitespace() => {
                            array.start = None;
                            found.push((start, at));
                            cut = Some(at);
                        }
                        None if !byte.is_ascii_whitespace() => array.start = Some(at),
                        _ => {}
                    }
                }
                b',' | b']' if array.depth == 0 => {
                    if let Some(start) = array.start.take() {
                        found.push((start, at));
                    }
                    cut = Some(at + 1);
                    if byte == b']' {
                        array.stage = if self.enclosed {
                            Stage::Enclosed
                        } else {
                            Stage::Apart
                        };
                    }
                }
                byte if !byte.is_ascii_whitespace() => {
                    array.start.get_or_insert(at);
                }
                _ => {}
            }
            at += 1;
        }
        array.scanned = at;
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that gives at most `step` bytes at once.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn records(layout: Layout, text: &str, step: usize) -> Vec<String> {
        records_of(Splitter::new(layout, 1 << 16, BLOCK), text, step).0
    }

    /// The records, and what is wrong with what is behind them.
    fn records_of(
        mut splitter: Splitter,
        text: &str,
        step: usize,
    ) -> (Vec<String>, Vec<&'static str>) {
        let mut behind = Vec::new();
        let mut stream = Slow(text.as_bytes(), step);
        let mut all = Vec::new();
        while let Some(block) = splitter.next(&mut stream, Vec::new()).expect("reads") {
            behind.extend(block.behind);
            let text = std::str::from_utf8(block.data()).expect("text");
            match &block.elements {
                Some(elements) => all.extend(
                    elements
                        .iter()
                        .map(|(start, end)| text[*start..*end].trim().to_owned()),
                ),
                None => all.extend(text.lines().map(str::to_owned)),
            }
        }
        (all, behind)
    }

    #[test]
    fn what_is_behind_an_array_is_read_or_told() {
        for (head, text, found, told) in [
            ("[", "1]\n[2,3]\n [4]", &["1", "2", "3", "4"][..], &[][..]),
            ("[", "1]\n{\"a\":2}\n{}\n", &["1", "{\"a\":2}", "{}"], &[]),
            ("[", "1] and so on [2]", &["1"], &[APART]),
            ("[", "1]]", &["1"], &[APART]),
            ("{\"traces\":[", "1],\"x\":[{\"y\":\"}\"}]}\n", &["1"], &[]),
            (
                "{\"traces\":[",
                "1],\"x\":1}\n{\"b\":2}",
                &["1", "{\"b\":2}"],
                &[],
            ),
            ("{\"traces\":[", "1],\"traces\":[2,3]}", &["1"], &[TWICE]),
        ] {
            for step in [1, 2, 3, 1000] {
                let mut all = format!("{head}{text}").into_bytes();
                let splitter =
                    Splitter::new(Layout::Array(head.len()), 1 << 16, BLOCK).after(&mut all);
                assert_eq!(all, text.as_bytes());
                let (records, behind) = records_of(splitter, text, step);
                assert_eq!(records, found, "{head}{text} by {step}");
                assert_eq!(behind, told, "{head}{text} by {step}");
            }
        }
    }

    #[test]
    fn elements_are_found_wherever_reads_end() {
        let text = r#" {"a": "x,]}\"[", "b": [1, {"c": 2}]} , 5, "t,]", [1,2] ,{} ] , "after": 1}"#;
        for step in 1..text.len() {
            assert_eq!(
                records(Layout::Array(0), text, step),
                [
                    r#"{"a": "x,]}\"[", "b": [1, {"c": 2}]}"#,
                    "5",
                    "\"t,]\"",
                    "[1,2]",
                    "{}"
                ],
                "{step}"
            );
        }
    }

    #[test]
    fn what_an_unfinished_array_holds_is_kept() {
        assert_eq!(
            records(Layout::Array(0), r#"{"a":1},{"b""#, 3),
            [r#"{"a":1}"#, r#"{"b""#]
        );
    }

    #[test]
    fn values_one_after_the_other_are_found_wherever_reads_end() {
        let text = " {\"a\":\n [1, {}]}\n{\"b\": \"}{\"} 42 {}\n\n[3,\n4]\n7";
        for step in 1..text.len() {
            assert_eq!(
                records(Layout::Values, text, step),
                [
                    "{\"a\":\n [1, {}]}",
                    "{\"b\": \"}{\"}",
                    "42",
                    "{}",
                    "[3,\n4]",
                    "7"
                ],
                "{step}"
            );
        }
    }

    #[test]
    fn an_array_that_ends_behind_an_element_is_unclosed() {
        for (text, unclosed) in [
            ("{}, {}", true),
            ("{},", true),
            ("", true),
            ("{}]", false),
            ("]", false),
        ] {
            for step in 1..8 {
                let mut splitter = Splitter::new(Layout::Array(0), 1 << 16, BLOCK);
                let mut stream = Slow(text.as_bytes(), step);
                let mut told = 0;
                while let Some(block) = splitter.next(&mut stream, Vec::new()).expect("reads") {
                    told += u32::from(block.unclosed || block.cut_short);
                }
                assert_eq!(told, u32::from(unclosed), "{text:?} by {step}");
            }
        }
    }

    #[test]
    fn an_element_that_goes_on_beyond_the_limit_is_cut_where_another_begins() {
        let text = format!("{{\"a\":1,\n{}\n]", "{\"b\":2},\n".repeat(20_000));
        let mut splitter = Splitter::new(Layout::Array(0), 1 << 16, 1 << 12);
        let mut stream = Slow(text.as_bytes(), 1 << 12);
        let mut bytes = 0;
        while let Some(block) = splitter.next(&mut stream, Vec::new()).expect("reads") {
            assert!(!block.too_long && block.len < 1 << 18);
            let elements = block.elements.iter().flatten();
            bytes += elements.map(|(start, end)| end - start).sum::<usize>();
        }
        assert!(bytes > 20_000 * 7, "{bytes}");
    }

    #[test]
    fn a_line_beyond_the_limit_is_passed_over() {
        let long = format!("short\n{}\nlast\n", "x".repeat(BLOCK * 2));
        assert_eq!(records(Layout::Lines, &long, 1 << 14), ["short", "last"]);
    }
}
