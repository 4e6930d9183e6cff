"""The aws CLI's JMESPath library against ours: the same results, the same kinds of errors.

Usage: jmespath_oracle_test.py JUDGE [SEED [COUNT]]     JUDGE is the program made from jmespath_judge.cc

Where that library leaves the specification, `Strict` below corrects it: these are all the exceptions, each with its
reason. What it finds only when it comes to it (unknown functions, arguments that are too many), we find at once.
"""
import json
import random
import subprocess
import sys
import warnings

import jmespath.exceptions as ex
import jmespath.functions as functions
import jmespath.lexer as lexer
import jmespath.parser as parser
import jmespath.visitor as visitor

import jmespath_tables as tables

warnings.simplefilter("ignore")
KINDS = ["syntax", "invalid-arity", "invalid-type", "unknown-function", "invalid-value"]


class Strict(parser.Parser):
    _CACHE = {}

    def _function(self, left):
        """It takes `f(a b)` and `f(a,)`, `(f)(a)`, and & outside of calls."""
        before = self._lookahead_token(-2)
        if left["type"] != "field" or before["type"] != "unquoted_identifier":
            self._raise_parse_error_for_token(before, "not a function")
        arguments = []
        while self._current_token() != "rparen":
            if arguments:
                self._match("comma")
            if self._current_token() == "expref":
                self._advance()
                arguments.append(parser.ast.expref(self._expression()))
            else:
                arguments.append(self._expression())
        self._match("rparen")
        return parser.ast.function_expression(left["value"], arguments)

    _token_led_lparen = _function

    def _token_nud_expref(self, token):
        self._raise_parse_error_for_token(token, "outside of a call")

    def _parse(self, expression):
        """It takes half a character: "\\ud800"."""
        for token in lexer.Lexer().tokenize(expression):
            if token["type"] in ("quoted_identifier", "literal") and not is_text(token["value"]):
                raise ex.ParseError(token["start"], "", token["type"], "half a character")
        return super()._parse(expression)

    def _parse_multi_select_hash(self):
        """It takes `{a: b c: d}`."""
        pairs = []
        while True:
            key = self._lookahead_token(0)
            self._match_multiple_tokens(["quoted_identifier", "unquoted_identifier"])
            self._match("colon")
            pairs.append(parser.ast.key_val_pair(key_name=key["value"], node=self._expression(0)))
            if self._current_token() == "rbrace":
                break
            self._match("comma")
        self._match("rbrace")
        return parser.ast.multi_select_dict(nodes=pairs)

    def _parse_slice_expression(self):
        """It takes `[1 2:3]` without looking at the 1."""
        after_number = False
        for ahead in range(len(self._tokens) - self._index):
            kind = self._lookahead(ahead)
            if kind == "number" and after_number:
                self._raise_parse_error_for_token(self._lookahead_token(ahead), "two numbers")
            if kind not in ("number", "colon"):
                break
            after_number = kind == "number"
        return super()._parse_slice_expression()

    def _token_led_lbracket(self, left):
        """`a[0][1:]` projects, as `a[1:]` does; there it does not."""
        if left["type"] == "index_expression":
            left = parser.ast.subexpression([left])
        return super()._token_led_lbracket(left)


class StrictFunctions(functions.Functions):
    def call_function(self, name, arguments):
        for argument in arguments:
            kind = type(argument).__name__
            if kind == "_Expression" and name not in ("map", "max_by", "min_by", "sort_by"):
                raise ex.JMESPathTypeError(name, argument, "expref", ["any"])  # it tells the type of &a as null
        return super().call_function(name, arguments)

    @functions.signature({"types": ["object"], "variadic": True})
    def _func_merge(self, *arguments):
        for argument in arguments:  # it checks the first argument only
            self._type_check_single(argument, ["object"], "merge")
        merged = {}
        for argument in arguments:
            merged.update(argument)
        return merged

    @functions.signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject, search):
        if isinstance(subject, str):  # it breaks down when asked for a number in a string
            return isinstance(search, str) and search in subject
        return any(equal(element, search) for element in subject)  # to it [1] contains true

    @functions.signature({"types": []})
    def _func_to_number(self, arg):
        if isinstance(arg, str):  # it takes " 1", "1_000", "+1", "nan"
            try:
                number = json.loads(arg, parse_constant=lambda name: None)
            except ValueError:
                return None
            return number if is_number(number) and not arg[0].isspace() and not arg[-1].isspace() else None
        return arg if is_number(arg) else None

    def _create_key_func(self, expref, allowed_types, function_name):
        """min_by and max_by break down when keys have different types."""
        first = []

        def key(element):
            found = expref.visit(expref.expression, element)
            kind = self._convert_to_jmespath_type(type(found).__name__)
            if kind not in allowed_types or first and kind != first[0]:
                raise ex.JMESPathTypeError(function_name, found, kind, allowed_types)
            first.append(kind)
            return found
        return key


class StrictInterpreter(visitor.TreeInterpreter):
    def __init__(self):
        super().__init__(visitor.Options(custom_functions=StrictFunctions()))

    def visit_comparator(self, node, value):
        left, right = (self.visit(child, value) for child in node["children"])
        if node["value"] in ("eq", "ne"):
            return equal(left, right) == (node["value"] == "eq")
        if not (is_number(left) and is_number(right) or isinstance(left, str) and isinstance(right, str)):
            return None  # it breaks down over `1 < 'a'`
        return self.COMPARATOR_FUNC[node["value"]](left, right)


def is_text(value):
    try:
        return json.dumps(value, ensure_ascii=False).encode() is not None
    except UnicodeEncodeError:
        return False


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def equal(a, b):
    """To Python [0] equals [false]."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return (a is b) if isinstance(a, bool) or isinstance(b, bool) else a == b


def exactly(a, b):
    """The same types, and members in the same order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(exactly, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(exactly(a[key], b[key]) for key in a)
    return a == b


def found_early(node):
    """What we say before we search: one of KINDS, or None."""
    if node["type"] == "function_expression":
        known = StrictFunctions.FUNCTION_TABLE.get(node["value"])
        if known is None:
            return "unknown-function"
        wanted, got = len(known["signature"]), len(node["children"])
        if got < wanted or got > wanted and not known["signature"][-1].get("variadic"):
            return "invalid-arity"
        for i, child in enumerate(node["children"]):
            parameter = known["signature"][min(i, wanted - 1)]
            if ("expref" in parameter["types"]) != (child["type"] == "expref"):
                return "invalid-type"
    if node["type"] == "slice":
        return "invalid-value" if node["children"][2] == 0 else None
    for child in node["children"]:
        kind = found_early(child)
        if kind:
            return kind
    return None


def oracle(expression, document):
    try:
        parsed = Strict()._do_parse(expression).parsed
        early = found_early(parsed)
        if early:
            return {"errors": KINDS[1:]}
        return {"result": StrictInterpreter().visit(parsed, document)}
    except ex.ArityError:
        return {"errors": ["invalid-arity"]}
    except (ex.ParseError, ex.EmptyExpressionError):
        return {"errors": ["syntax", "invalid-arity", "invalid-type", "unknown-function", "invalid-value"]}
    except ex.JMESPathTypeError:
        return {"errors": ["invalid-type"]}
    except ex.UnknownFunctionError:
        return {"errors": ["unknown-function"]}


def judge(program, cases):
    lines = []
    for document, expressions in cases:
        lines.append(json.dumps({"document": document}))
        lines += [json.dumps(expression) for expression in expressions]
    run = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    return iter([json.loads(line) for line in run.stdout.splitlines()])


def compare(program, cases, what):
    ours = judge(program, cases)
    differences, errors, nothing, count = [], 0, 0, 0
    for document, expressions in cases:
        for expression in expressions:
            mine, theirs = next(ours), oracle(expression, document)
            count += 1
            if "result" in theirs:
                same = "result" in mine and exactly(mine["result"], theirs["result"])
                nothing += theirs["result"] is None
            else:
                same = mine.get("error") in theirs["errors"]
                errors += 1
            if not same:
                differences.append(f"{expression!r} in {json.dumps(document)[:200]}:\n  ours   {mine}\n  theirs {theirs}")
    print(f"{what}: {count} searches, {errors} errors and {nothing} nulls among them, {len(differences)} differences")
    for difference in differences[:10]:
        print(difference)
    return len(differences)


def errors_by_kind(program):
    """The kind is right too, where there is only one that it can be."""
    ours = judge(program, [(tables.ERROR_DOCUMENT, [expression for expression, _ in tables.ERRORS])])
    wrong = [(expression, kind, mine) for (expression, kind), mine in zip(tables.ERRORS, ours) if mine.get("error") != kind]
    print(f"errors by kind: {len(tables.ERRORS)}, {len(wrong)} wrong")
    for line in wrong:
        print(line)
    return len(wrong)


def mutated(rnd, expression):
    characters = list(expression)
    for _ in range(rnd.randint(1, 3)):
        at = rnd.randint(0, len(characters))
        action = rnd.random()
        if action < 0.4 and characters:
            del characters[min(at, len(characters) - 1)]
        elif action < 0.8:
            characters.insert(at, rnd.choice("abz_09.*[]{}()@&|!=<>,:?`'\"\\ -\tü"))
        elif characters:
            start = rnd.randint(0, len(characters))
            characters[at:at] = characters[start:start + rnd.randint(1, 6)]
    return "".join(characters)


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 6000
    print("seed", seed)
    rnd = random.Random(seed)
    table = [(document, tables.EXPRESSIONS) for document in tables.DOCUMENTS]
    bad = compare(sys.argv[1], table, "table")
    bad += errors_by_kind(sys.argv[1])
    generated = [(rnd.choice(tables.DOCUMENTS), [tables.generate(rnd) for _ in range(20)]) for _ in range(count // 20)]
    bad += compare(sys.argv[1], generated, "generated")
    changed = [(rnd.choice(tables.DOCUMENTS), [mutated(rnd, rnd.choice(tables.EXPRESSIONS)) for _ in range(20)])
               for _ in range(count // 20)]
    bad += compare(sys.argv[1], changed, "mutated")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
