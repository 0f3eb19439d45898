//! From what the parser gives to a typed tree. What is not named here is refused.

use sqlparser::{
    ast::{
        BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DataType, Expr, Function as Call,
        FunctionArg, FunctionArgExpr, FunctionArguments, Spanned, UnaryOperator, Value,
    },
    tokenizer::Location,
};

use super::{
    super::{guard::quoted, query::QueryError},
    columns,
    functions::{self, Function},
    like::Pattern,
    node::{Arithmetic, Compare, Node},
    types::Type,
};

type Typed = (Node, Type);

/// The tree of an expression, with its type.
pub(super) fn compile(expression: &Expr) -> Result<Typed, QueryError> {
    let refused = |what: &str| Err(wrong(expression, what));
    match expression {
        Expr::Nested(inner) => compile(inner),
        Expr::Identifier(ident) => {
            let (column, of) = columns::find(ident)?;
            Ok((Node::Column(column), of))
        }
        Expr::CompoundIdentifier(_) => {
            refused("has a dot: a column stands alone, as in `duration`")
        }
        Expr::Value(value) => literal(&value.value).ok_or_else(|| {
            wrong(
                expression,
                "is no value here: numbers, 'text', true, false and null are",
            )
        }),
        Expr::IsNull(inner) | Expr::IsUnknown(inner) => is_null(inner),
        Expr::IsNotNull(inner) | Expr::IsNotUnknown(inner) => is_null(inner).map(not),
        Expr::IsTrue(inner) => is(true, inner),
        Expr::IsFalse(inner) => is(false, inner),
        // What polars makes of null here is not what SQL says.
        Expr::IsNotTrue(_) => refused("may be read in two ways: write NOT COALESCE(.., false)"),
        Expr::IsNotFalse(_) => refused("may be read in two ways: write COALESCE(.., true)"),
        Expr::InList {
            expr,
            list,
            negated,
        } => {
            let (node, mut of) = compile(expr)?;
            let mut items = Vec::new();
            for item in list {
                let (item, with) = compile_with(item, of)?;
                of = with;
                items.push(item);
            }
            Ok(perhaps_not(
                *negated,
                truth(Node::In(Box::new(node), items)),
            ))
        }
        Expr::Between {
            expr,
            negated,
            low,
            high,
        } => {
            let (node, of) = compile(expr)?;
            let (low, of) = compile_with(low, of)?;
            let (high, _) = compile_with(high, of)?;
            let between = Node::Between(Box::new([node, low, high]));
            Ok(perhaps_not(*negated, truth(between)))
        }
        Expr::Like {
            negated,
            any: false,
            expr,
            pattern,
            escape_char: None,
        } => like(expr, pattern, false, *negated),
        Expr::ILike {
            negated,
            any: false,
            expr,
            pattern,
            escape_char: None,
        } => like(expr, pattern, true, *negated),
        Expr::BinaryOp { left, op, right } => binary(expression, left, op, right),
        Expr::UnaryOp { op, expr } => match op {
            UnaryOperator::Not => Ok(not(truths(expr)?)),
            UnaryOperator::Plus => numbers(expr),
            UnaryOperator::Minus => {
                let (node, of) = numbers(expr)?;
                Ok((Node::Negate(Box::new(node)), of))
            }
            _ => refused("is no operator here"),
        },
        Expr::Case {
            operand,
            conditions,
            else_result,
            ..
        } => case(operand.as_deref(), conditions, else_result.as_deref()),
        Expr::Ceil { expr, field } => rounded(expression, Function::Ceil, expr, field),
        Expr::Floor { expr, field } => rounded(expression, Function::Floor, expr, field),
        Expr::Cast {
            kind,
            expr,
            data_type,
            array: false,
            format: None,
        } => cast(expression, kind, expr, data_type),
        Expr::Function(function) => call(expression, function),
        _ => refused("is nothing that can be measured of one span"),
    }
}

fn literal(value: &Value) -> Option<Typed> {
    match value {
        Value::Number(text, _) => {
            let number: f64 = text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())?;
            let whole = text.bytes().all(|byte| byte.is_ascii_digit());
            Some((
                Node::Number(number),
                if whole { Type::Whole } else { Type::Real },
            ))
        }
        Value::SingleQuotedString(text) => Some((Node::Text(text.clone()), Type::Text)),
        Value::Boolean(truth) => Some((Node::Truth(*truth), Type::Truth)),
        Value::Null => Some((Node::Null, Type::Null)),
        _ => None,
    }
}

fn binary(
    whole: &Expr,
    left: &Expr,
    op: &BinaryOperator,
    right: &Expr,
) -> Result<Typed, QueryError> {
    let compare = |how| {
        let (a, of) = compile(left)?;
        let (b, _) = compile_with(right, of)?;
        Ok(truth(Node::Compare(how, Box::new([a, b]))))
    };
    let arithmetic = |what| {
        let ((a, of), (b, with)) = (numbers(left)?, numbers(right)?);
        // Whole numbers divided are not whole.
        let of = if what == Arithmetic::Divide {
            Type::Real
        } else {
            of.with(with).unwrap_or(Type::Real)
        };
        Ok((Node::Arithmetic(what, Box::new([a, b])), of))
    };
    let both = || Ok::<_, QueryError>(Box::new([truths(left)?.0, truths(right)?.0]));
    match op {
        BinaryOperator::And => Ok(truth(Node::And(both()?))),
        BinaryOperator::Or => Ok(truth(Node::Or(both()?))),
        BinaryOperator::Eq => compare(Compare::Equal),
        BinaryOperator::NotEq => compare(Compare::NotEqual),
        BinaryOperator::Lt => compare(Compare::Less),
        BinaryOperator::LtEq => compare(Compare::LessOrEqual),
        BinaryOperator::Gt => compare(Compare::Greater),
        BinaryOperator::GtEq => compare(Compare::GreaterOrEqual),
        BinaryOperator::Plus => arithmetic(Arithmetic::Add),
        BinaryOperator::Minus => arithmetic(Arithmetic::Subtract),
        BinaryOperator::Multiply => arithmetic(Arithmetic::Multiply),
        BinaryOperator::Divide => arithmetic(Arithmetic::Divide),
        BinaryOperator::StringConcat => Ok((
            Node::Join(Box::new([texts(left)?, texts(right)?])),
            Type::Text,
        )),
        _ => Err(wrong(
            whole,
            &format!("has the operator {op}, which is none here"),
        )),
    }
}

fn case(
    operand: Option<&Expr>,
    conditions: &[CaseWhen],
    otherwise: Option<&Expr>,
) -> Result<Typed, QueryError> {
    let operand = operand.map(compile).transpose()?;
    let (mut branches, mut of) = (Vec::new(), Type::Null);
    for CaseWhen { condition, result } in conditions {
        let when = match &operand {
            None => truths(condition)?.0,
            Some((node, of)) => {
                let (with, _) = compile_with(condition, *of)?;
                Node::Compare(Compare::Equal, Box::new([node.clone(), with]))
            }
        };
        let (then, with) = compile_with(result, of)?;
        of = with;
        branches.push((when, then));
    }
    let (otherwise, of) = match otherwise {
        Some(otherwise) => compile_with(otherwise, of)?,
        None => (Node::Null, of),
    };
    Ok((Node::Case(branches, Box::new(otherwise)), of))
}

fn like(expr: &Expr, pattern: &Expr, folded: bool, negated: bool) -> Result<Typed, QueryError> {
    let Expr::Value(value) = pattern else {
        return Err(wrong(
            pattern,
            "is no pattern: write it as text, such as '%checkout%'",
        ));
    };
    let Value::SingleQuotedString(text) = &value.value else {
        return Err(wrong(
            pattern,
            "is no pattern: write it as text, such as '%checkout%'",
        ));
    };
    let like = Node::Like(Box::new(texts(expr)?), Pattern::new(text, folded));
    Ok(perhaps_not(negated, truth(like)))
}

fn rounded(
    whole: &Expr,
    function: Function,
    expr: &Expr,
    field: &CeilFloorKind,
) -> Result<Typed, QueryError> {
    match field {
        CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime) => {
            let (node, _) = numbers(expr)?;
            Ok((Node::Call(function, vec![node]), Type::Whole))
        }
        _ => Err(wrong(whole, "takes one number")),
    }
}

fn cast(whole: &Expr, kind: &CastKind, expr: &Expr, to: &DataType) -> Result<Typed, QueryError> {
    let (node, of) = compile(expr)?;
    let real = match to {
        DataType::Float(_)
        | DataType::Double(_)
        | DataType::DoublePrecision
        | DataType::Real
        | DataType::Float64 => true,
        DataType::Int(_) | DataType::Integer(_) | DataType::BigInt(_) | DataType::Int64 => false,
        _ => {
            return Err(wrong(
                whole,
                "casts to neither DOUBLE nor BIGINT, and to nothing else can be cast here",
            ));
        }
    };
    let number = match of {
        Type::Null => Node::Null,
        Type::Whole | Type::Real => node,
        Type::Truth => Node::Numbered(Box::new(node)),
        Type::Text if matches!(kind, CastKind::TryCast | CastKind::SafeCast) => {
            Node::Parsed(Box::new(node))
        }
        Type::Text => {
            return Err(wrong(
                whole,
                "may meet text that is no number: write TRY_CAST, which then gives null",
            ));
        }
    };
    Ok(if real {
        (number, Type::Real)
    } else {
        (Node::Truncated(Box::new(number)), Type::Whole)
    })
}

fn call(whole: &Expr, call: &Call) -> Result<Typed, QueryError> {
    let name = call.name.to_string();
    let function = functions::find(&name, call.name.span().start)?;
    let plain = call.over.is_none()
        && call.filter.is_none()
        && call.null_treatment.is_none()
        && call.within_group.is_empty()
        && matches!(call.parameters, FunctionArguments::None);
    let FunctionArguments::List(list) = &call.args else {
        return Err(wrong(whole, "has no list of arguments"));
    };
    if !plain || list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
        return Err(wrong(
            whole,
            "has more than arguments, which nothing here has",
        ));
    }
    let (mut nodes, mut types) = (Vec::new(), Vec::new());
    for argument in &list.args {
        let FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) = argument else {
            return Err(wrong(whole, "has an argument that is no expression"));
        };
        let (node, of) = compile(argument)?;
        nodes.push(node);
        types.push(of);
    }
    let of = function
        .gives(&types)
        .map_err(|takes| wrong(whole, &format!("takes {takes}")))?;
    Ok((Node::Call(function, nodes), of))
}

/// An expression that stands beside others of a type, and the type of all.
fn compile_with(expression: &Expr, of: Type) -> Result<Typed, QueryError> {
    let (node, found) = compile(expression)?;
    match of.with(found) {
        Some(of) => Ok((node, of)),
        None => Err(wrong(
            expression,
            &format!("is {}, and stands beside {}", found.name(), of.name()),
        )),
    }
}

fn numbers(expression: &Expr) -> Result<Typed, QueryError> {
    let (node, of) = compile(expression)?;
    if of.is_number() {
        Ok((node, of))
    } else {
        Err(wrong(
            expression,
            &format!("is {}, and no number", of.name()),
        ))
    }
}

fn truths(expression: &Expr) -> Result<Typed, QueryError> {
    let (node, of) = compile(expression)?;
    if of.is_truth() {
        Ok(truth(node))
    } else {
        Err(wrong(
            expression,
            &format!("is {}, and not true or false", of.name()),
        ))
    }
}

fn texts(expression: &Expr) -> Result<Node, QueryError> {
    let (node, of) = compile(expression)?;
    if of.is_text() {
        Ok(node)
    } else {
        Err(wrong(expression, &format!("is {}, and no text", of.name())))
    }
}

fn is_null(inner: &Expr) -> Result<Typed, QueryError> {
    Ok(truth(Node::IsNull(Box::new(compile(inner)?.0))))
}

fn is(wanted: bool, inner: &Expr) -> Result<Typed, QueryError> {
    Ok(truth(Node::Is(wanted, Box::new(truths(inner)?.0))))
}

fn truth(node: Node) -> Typed {
    (node, Type::Truth)
}

fn not((node, of): Typed) -> Typed {
    (Node::Not(Box::new(node)), of)
}

fn perhaps_not(negated: bool, typed: Typed) -> Typed {
    if negated { not(typed) } else { typed }
}

fn wrong(expression: &Expr, what: &str) -> QueryError {
    let at: Location = expression.span().start;
    QueryError::at(at, format!("{} {what}", quoted(&expression.to_string())))
}
