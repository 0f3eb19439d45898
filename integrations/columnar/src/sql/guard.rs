//! What a query may be: one reading of the tables. Everything else is refused before polars sees it. Its functions that open files are not built here, but a crate
//! beside this one could switch them on, and statements that change tables are there anyway.

use std::{collections::BTreeSet, ops::ControlFlow};

use pss_integrations::sql_tables::TABLES;
use pss_metrics::plugin::nearest;
use sqlparser::{
    ast::{
        Expr, Ident, ObjectName, ObjectNamePart, Query, Select, SetExpr, Spanned, Statement,
        TableFactor, Visit, Visitor,
    },
    dialect::GenericDialect,
    parser::{Parser, ParserError, ParserOptions},
    tokenizer::{Location, Token},
};

use super::query::QueryError;

/// Longest text, in bytes.
const LONGEST: usize = 16 << 10;
/// Deepest expression, and longest chain of UNION: the parser bounds nesting, but a chain of operators is as deep as it is long, and polars follows it on the stack.
const DEEPEST: usize = 200;
const LONGEST_CHAIN: usize = 50;

/// A word of a query and where it stands.
pub(super) type Word = (String, Location);

/// Reads a query, and refuses what is none. The words are what an error may speak of: columns, functions, aliases.
pub(super) fn check(sql: &str) -> Result<Vec<Word>, QueryError> {
    bounded(sql)?;
    let statements = parser(sql)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| syntax(&error))?;
    let [statement] = statements.as_slice() else {
        return Err(QueryError::new(format!(
            "the query has {} statements; write one SELECT",
            statements.len()
        )));
    };
    let mut guard = Guard::default();
    let _ = statement.visit(&mut Names(&mut guard.names));
    match statement.visit(&mut guard) {
        ControlFlow::Continue(()) => Ok(guard.words),
        ControlFlow::Break(error) => Err(*error),
    }
}

/// Reads one expression over the columns of a row, and refuses what is more: a query inside it, a function of tables or files, anything behind it.
pub(super) fn check_expression(sql: &str) -> Result<Expr, QueryError> {
    bounded(sql)?;
    let mut parser = parser(sql).map_err(|error| syntax(&error))?;
    let expression = parser.parse_expr().map_err(|error| syntax(&error))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        return Err(QueryError::at(
            rest.span.start,
            format!(
                "{} stands behind the end of the expression",
                quoted(&rest.token.to_string())
            ),
        ));
    }
    let mut guard = Guard {
        one_row: true,
        ..Guard::default()
    };
    match expression.visit(&mut guard) {
        ControlFlow::Continue(()) => Ok(expression),
        ControlFlow::Break(error) => Err(*error),
    }
}

fn bounded(sql: &str) -> Result<(), QueryError> {
    if sql.len() > LONGEST {
        return Err(QueryError::new(format!(
            "the query has {} bytes, more than the {LONGEST} allowed",
            sql.len()
        )));
    }
    Ok(())
}

/// As polars parses: what is checked must be what runs.
fn parser(sql: &str) -> Result<Parser<'static>, ParserError> {
    let options = ParserOptions {
        trailing_commas: true,
        ..Default::default()
    };
    Parser::new(&GenericDialect)
        .with_options(options)
        .try_with_sql(sql)
}

/// Walks a statement: the names of its common table expressions first.
struct Names<'a>(&'a mut BTreeSet<String>);

impl Visitor for Names<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.0.insert(table.alias.name.value.clone());
        }
        ControlFlow::Continue(())
    }
}

#[derive(Default)]
struct Guard {
    names: BTreeSet<String>,
    words: Vec<Word>,
    depth: usize,
    /// Whether only the row at hand may be read.
    one_row: bool,
}

impl Visitor for Guard {
    // As small as can be: it is on the stack at every level.
    type Break = Box<QueryError>;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Self::Break> {
        match statement {
            Statement::Query(_) => ControlFlow::Continue(()),
            other => {
                let text = other.to_string();
                let verb = text.split_whitespace().next().unwrap_or_default();
                refuse(
                    Location::empty(),
                    format!("{verb} is no query; write a SELECT, which only reads"),
                )
            }
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        if self.one_row {
            return refuse(
                Location::empty(),
                "a query inside an expression is not allowed: it sees one row, and no table"
                    .to_owned(),
            );
        }
        body(&query.body, 0)
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        match &select.into {
            None => ControlFlow::Continue(()),
            Some(into) => refuse(
                into.name.span().start,
                "a query writes nothing; leave INTO away and use --output FILE".to_owned(),
            ),
        }
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Self::Break> {
        match table {
            TableFactor::Table { args: None, .. }
            | TableFactor::Derived { lateral: false, .. }
            | TableFactor::NestedJoin { .. } => ControlFlow::Continue(()),
            TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => refuse(
                name.span().start,
                format!(
                    "{} is a table function, and a query has none; {}",
                    quoted(&name.to_string()),
                    known()
                ),
            ),
            other => refuse(
                Location::empty(),
                format!(
                    "{} is no table that a query can read; {}",
                    quoted(&other.to_string()),
                    known()
                ),
            ),
        }
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<Self::Break> {
        if let [part] = name.0.as_slice()
            && let Some(ident) = part.as_ident()
            && (TABLES.iter().any(|table| table.name == ident.value)
                || self.names.contains(&ident.value))
        {
            return ControlFlow::Continue(());
        }
        let text = name.to_string();
        let valid = TABLES.iter().map(|table| table.name);
        let near = nearest(&text, valid.chain(self.names.iter().map(String::as_str)));
        let help = near.map_or_else(known, |near| format!("did you mean {near}?"));
        refuse(
            name.span().start,
            format!("there is no table {}; {help}", quoted(&text)),
        )
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<Self::Break> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return refuse(
                Location::empty(),
                format!("an expression is more than {DEEPEST} deep; write IN for many ORs"),
            );
        }
        if let Expr::Function(function) = expression
            && ["read_", "scan_"]
                .iter()
                .any(|start| function.name.to_string().to_lowercase().contains(start))
        {
            return refuse(
                function.name.span().start,
                format!(
                    "{} reads a file; {}",
                    quoted(&function.name.to_string()),
                    known()
                ),
            );
        }
        if let Expr::Function(function) = expression
            && self.one_row
            && function.over.is_some()
        {
            return refuse(
                function.name.span().start,
                format!(
                    "{} has a window (OVER), and gives a value for every row; leave it away",
                    quoted(&function.name.to_string())
                ),
            );
        }
        let mut word = |ident: &Ident| self.words.push((ident.value.clone(), ident.span.start));
        match expression {
            Expr::Identifier(ident) => word(ident),
            Expr::CompoundIdentifier(idents) => idents.iter().for_each(word),
            Expr::Function(function) => function
                .name
                .0
                .iter()
                .filter_map(ObjectNamePart::as_ident)
                .for_each(word),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<Self::Break> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

/// A body is made of readings; `TABLE x` names its table where no visitor sees it.
fn body(expression: &SetExpr, length: usize) -> ControlFlow<Box<QueryError>> {
    match expression {
        // A query within is visited on its own, and so is the statement within any other kind.
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => ControlFlow::Continue(()),
        SetExpr::SetOperation { left, right, .. } => {
            if length > LONGEST_CHAIN {
                return refuse(Location::empty(), "a chain of UNION is too long".to_owned());
            }
            body(left, length + 1)?;
            body(right, length + 1)
        }
        SetExpr::Table(_)
        | SetExpr::Insert(_)
        | SetExpr::Update(_)
        | SetExpr::Delete(_)
        | SetExpr::Merge(_) => refuse(
            Location::empty(),
            format!(
                "{} is no SELECT, and a query is nothing else; {}",
                quoted(&expression.to_string()),
                known()
            ),
        ),
    }
}

/// Without a place where finding it would walk what may be deep.
fn refuse(at: Location, message: String) -> ControlFlow<Box<QueryError>> {
    ControlFlow::Break(Box::new(QueryError::at(at, message)))
}

fn known() -> String {
    let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    format!("the tables are {}", names.join(" and "))
}

/// As much of it as a message can hold.
pub(super) fn quoted(text: &str) -> String {
    let mut end = text.len().min(60);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!(
        "`{}{}`",
        &text[..end],
        if end < text.len() { ".." } else { "" }
    )
}

/// The parser writes the place at the end of its message.
fn syntax(error: &ParserError) -> QueryError {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            message.as_str()
        }
        ParserError::RecursionLimitExceeded => "the query is nested too deeply",
    };
    let place = message
        .rsplit_once(" at Line: ")
        .and_then(|(message, place)| {
            let (line, column) = place.split_once(", Column: ")?;
            Some((
                message,
                Location::new(line.parse().ok()?, column.parse().ok()?),
            ))
        });
    match place {
        Some((message, at)) => QueryError::at(at, lower(message)),
        None => QueryError::new(lower(message)),
    }
}

fn lower(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_pass_and_all_else_is_refused() {
        for sql in [
            "SELECT quantile_cont(duration, .99) FROM spans GROUP BY 1",
            "WITH a AS (SELECT * FROM spans) SELECT * FROM a JOIN samples USING (timestamp)",
            "SELECT name FROM (SELECT name FROM spans) s WHERE name IN (SELECT signal FROM samples)",
        ] {
            assert!(check(sql).is_ok(), "{sql}");
        }
        for sql in [
            "SELECT * FROM read_parquet('x')",
            "SELECT read_csv('x') FROM spans",
            "SELECT * FROM 'x.csv'",
            "SELECT name FROM spans UNION ALL TABLE x",
            "COPY spans TO 'x'",
            "EXPLAIN SELECT * FROM spans",
            "SELECT 1; SELECT 1",
        ] {
            assert!(check(sql).is_err(), "{sql}");
        }
    }

    #[test]
    fn an_expression_is_one_and_reads_one_row() {
        assert!(check_expression("duration > 1 AND name LIKE '%a%'").is_ok());
        for (sql, says) in [
            ("(SELECT 1)", "a query inside an expression"),
            (
                "EXISTS (SELECT 1 FROM spans)",
                "a query inside an expression",
            ),
            (
                "duration IN (SELECT value FROM samples)",
                "a query inside an expression",
            ),
            ("read_csv('x')", "reads a file"),
            ("coalesce(scan_parquet('x'), 1)", "reads a file"),
            ("duration) FROM spans; SELECT (1", "behind the end"),
            ("duration FROM 'x.csv'", "behind the end"),
            ("duration; DROP TABLE spans", "behind the end"),
            ("", "expected: an expression"),
        ] {
            let error = check_expression(sql).expect_err(sql).to_string();
            assert!(error.contains(says), "{sql}: {error}");
        }
        for deep in [
            format!("1{}", "+1".repeat(8000)),
            format!("{}1{}", "(".repeat(3000), ")".repeat(3000)),
            format!("{}true", "NOT ".repeat(3000)),
            "a".repeat(20_000),
        ] {
            assert!(check_expression(&deep).is_err());
        }
    }

    #[test]
    fn what_is_deep_costs_no_stack() {
        let plus = format!("SELECT 1{}", "+1".repeat(8000));
        let brackets = format!("SELECT {}1{}", "(".repeat(3000), ")".repeat(3000));
        let unions = format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(400));
        for sql in [plus, brackets, unions] {
            assert!(check(&sql).is_err());
        }
    }

    #[test]
    fn a_mistake_has_its_place() {
        let error = |sql| check(sql).expect_err(sql).to_string();
        assert_eq!(
            error("SELECT name\nFROM span"),
            "query:2:6 there is no table `span`; did you mean spans?"
        );
        assert_eq!(
            error("SELEC name"),
            "query:1:1 expected: an SQL statement, found: SELEC"
        );
    }
}
