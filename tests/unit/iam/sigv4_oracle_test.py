"""botocore's signer against our verifier: what it signs verifies, and a byte changed anywhere is refused with the right code.

Usage: sigv4_oracle_test.py JUDGE [SEED]     JUDGE is the program made from sigv4_judge.cc
"""
import calendar
import datetime
import random
import re
import string
import struct
import subprocess
import sys
import types
from urllib.parse import quote, unquote_to_bytes, urlsplit

import botocore.auth
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import normalize_url_path

REQUESTS = 10500
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2"]
SERVICES = ["elasticache", "iam", "sts"]
HOSTS = ["127.0.0.1:4566", "localhost", "LocalHost:80", "[::1]:4566", "ElastiCache.us-east-1.amazonaws.com"]
SKEW = 300
WEEK = 604800
ALNUM = string.ascii_letters + string.digits
STAMP = "%Y%m%dT%H%M%SZ"
MISMATCH, INCOMPLETE, EXPIRED = "SignatureDoesNotMatch", "IncompleteSignature", "RequestExpired"

rnd = random.Random()


def text(alphabet, low, high):
    return "".join(rnd.choices(alphabet, k=rnd.randint(low, high)))


ODD = ALNUM * 3 + "-._~ +&=%/?#!$'()*,;:@[]{}|\\\"<>^`éß世🙂"


def odd_dict():
    return {text(ODD, 1, 12): text(ODD, 0, 30) for _ in range(rnd.randint(0, 6))}


def call_dict():
    return {"Action": rnd.choice(["DescribeCacheClusters", "CreateUser", "GetCallerIdentity"]), "Version": "2015-02-02",
            **odd_dict()}


def odd_path():
    segment = [lambda: "", lambda: ".", lambda: "..", lambda: text(ALNUM, 1, 8),
               lambda: text(ALNUM + "-._~!$&'()*+,;=:@", 1, 8), lambda: quote(text(ODD, 1, 6), safe="")]
    path = "".join("/" + rnd.choice(segment)() for _ in range(rnd.randint(0, 5)))
    return path + rnd.choice(["", "/"])


def odd_query():
    parts = []
    for _ in range(rnd.randint(0, 6)):
        name = quote(text(ODD, 1, 4), safe="-_.~")
        parts.append(name + rnd.choice(["", "=", "=" + quote(text(ODD, 0, 12), safe="-_.~")]))
    if parts and rnd.random() < 0.2:
        parts.append(rnd.choice(parts))
    return "&".join(parts)


def odd_headers(request):
    for _ in range(rnd.randint(0, 4)):
        name = rnd.choice(["X-Custom", "x-list", "X-Amz-Meta", "Accept", "Content-Language", "amz-sdk-request", "Z"])
        words = [text(string.ascii_letters + string.digits + "=;,\"/é", 1, 8) for _ in range(rnd.randint(0, 4))]
        request.headers[name] = rnd.choice(["", " "]) + rnd.choice([" ", "  ", " \t "]).join(words) + rnd.choice(["", "  "])
    for name in ["User-Agent", "Expect", "X-Amzn-Trace-Id"]:
        if rnd.random() < 0.3:
            request.headers[name] = "not signed"


class Wire:
    """A signed request as it is sent, and what the judge is told besides."""

    def __init__(self, **facts):
        self.__dict__.update(facts)

    def copy(self, **changes):
        return Wire(**{**self.__dict__, **changes})

    def record(self):
        fields = [str(self.now), self.service, self.key_id, self.secret, self.method, self.target, self.body,
                  str(len(self.headers))]
        for name, value in self.headers:
            fields += [name, value]
        raw = [f if isinstance(f, bytes) else f.encode() for f in fields]
        return b"".join(struct.pack("<I", len(f)) + f for f in raw)

    def header(self, name):
        return next(value for key, value in self.headers if key == name)

    def with_header(self, name, value, new_name=None):
        return self.copy(headers=[(new_name or k, value) if k == name else (k, v) for k, v in self.headers])


def sign():
    """A random request, signed by botocore."""
    signed_at = datetime.datetime(2015, 1, 1) + datetime.timedelta(seconds=rnd.randint(0, 20 * 366 * 86400))
    botocore.auth.datetime = types.SimpleNamespace(
        datetime=type("At", (datetime.datetime,), {"utcnow": classmethod(lambda cls: signed_at)}))
    service, region = rnd.choice(SERVICES), rnd.choice(REGIONS)
    token = text(ALNUM + "/+=", 1, 200) if rnd.random() < 0.3 else None
    credentials = Credentials(text(ALNUM, 16, 24), text(string.printable[:94], 1, 90), token)
    presigned = rnd.random() < 0.35

    method, url, data, params = "GET", "http://" + rnd.choice(HOSTS), None, None
    kind = rnd.choice(["form", "form", "params", "url", "raw"])
    if kind == "form":
        method, data = "POST", call_dict()
    elif kind == "params":
        url, params = url + odd_path(), call_dict()
    else:
        method = rnd.choice(["GET", "PUT", "DELETE", "HEAD"])
        query = odd_query()
        url += odd_path() + ("?" + query if query else "")
        if kind == "raw" and not presigned:
            data = bytes(rnd.choices(range(256), k=rnd.randint(0, 200)))
    request = AWSRequest(method, url, data=data, params=params)
    if kind == "form":
        request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    odd_headers(request)
    expires = rnd.choice([1, 60, 3600, WEEK, rnd.randint(1, WEEK)]) if presigned else SKEW
    if presigned:
        SigV4QueryAuth(credentials, service, region, expires=expires).add_auth(request)
    else:
        if rnd.random() < 0.15:
            request.headers["Date"] = "to be set"
        if rnd.random() < 0.2:
            request.headers["X-Amz-Content-SHA256"] = botocore.auth.sha256(request.body or b"").hexdigest()
        SigV4Auth(credentials, service, region).add_auth(request)

    sent = request.prepare()
    parts = urlsplit(sent.url)
    body = sent.body or b""
    headers = list(request.headers.items()) + [("Host", botocore.auth._host_from_url(sent.url))]
    return Wire(method=sent.method, target=(parts.path or "/") + ("?" + parts.query if parts.query else ""),
                headers=headers, body=body.encode() if isinstance(body, str) else body,
                now=calendar.timegm(signed_at.timetuple()) + rnd.randint(-SKEW, expires), service=service,
                key_id=credentials.access_key, secret=credentials.secret_key, presigned=presigned, expires=expires)


# ---- One byte changed: each function returns the changed request and the verdict to expect, or None.

def replace_at(value, at, alphabet):
    """Another character in place of the one at `at`, and not the same letter in another case."""
    new = rnd.choice([c for c in alphabet if c.lower() != value[at].lower()])
    return value[:at] + new + value[at + 1:]


def bend(value, alphabet):
    """Replaces, inserts or deletes one character."""
    at = rnd.randrange(len(value) + 1)
    what = rnd.choice(["replace", "insert", "delete"])
    if what == "insert" or at == len(value):
        return value[:at] + rnd.choice(alphabet) + value[at:]
    return replace_at(value, at, alphabet) if what == "replace" else value[:at] + value[at + 1:]


def meaning(target):
    """What a target asks for, however it is written; None: not decodable."""
    path, _, query = target.partition("?")
    if re.search("%(?![0-9A-Fa-f]{2})", query):
        return None
    pairs = [pair.replace("+", " ").partition("=") for pair in query.split("&")] if query else []
    return (quote(normalize_url_path(path), safe="/~"),
            sorted((unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs))


def change_method(wire):
    return wire.copy(method=bend(wire.method, string.ascii_uppercase)), MISMATCH


def change_target(wire):
    path, mark, query = wire.target.partition("?")
    if rnd.random() < 0.4 or not query:
        target = bend(path, ALNUM + "-._~/%!;=") + mark + query
    else:
        # The parameters of the signature itself have their own changes below.
        auth = query.find("X-Amz-Algorithm") if wire.presigned else len(query)
        target = path + mark + bend(query[:auth], ALNUM + "-._~/%+=&?") + query[auth:]
    if target.startswith("http") or target == wire.target:
        return None
    new = meaning(target)
    if new is None:
        verdict = "MalformedQueryString"
    elif wire.presigned and b"X-Amz-Algorithm" not in dict(new[1]):
        verdict = INCOMPLETE  # the change made its name another one
    else:
        verdict = "ok" if new == meaning(wire.target) else MISMATCH
    return wire.copy(target=target), verdict


def change_body(wire):
    at = rnd.randrange(len(wire.body) + 1)
    if rnd.random() < 0.3 or at == len(wire.body):
        body = wire.body[:at] + bytes([rnd.randrange(256)]) + wire.body[at:]
    elif rnd.random() < 0.3:
        body = wire.body[:at] + wire.body[at + 1:]
    else:
        body = wire.body[:at] + bytes([wire.body[at] ^ rnd.randint(1, 255)]) + wire.body[at + 1:]
    return wire.copy(body=body), MISMATCH


UNSIGNED = {"user-agent", "expect", "x-amzn-trace-id", "authorization", "x-amz-date", "date"}


def change_header(wire):
    index = rnd.randrange(len(wire.headers))
    name, value = wire.headers[index]
    if name.lower() in UNSIGNED:
        return None
    if rnd.random() < 0.2:
        name = replace_at(name, rnd.randrange(len(name)), string.ascii_letters)
    else:
        dense = [i for i, c in enumerate(value) if not c.isspace()]
        if not dense:
            return None
        at = rnd.choice(dense)
        value = rnd.choice([replace_at(value, at, ALNUM), value[:at] + rnd.choice(ALNUM) + value[at:]])
    headers = list(wire.headers)
    headers[index] = (name, value)
    return wire.copy(headers=headers), MISMATCH


def swap_part(wire, name, change):
    """Applies `change` to a part of the signature: of the header, or of the query."""
    if wire.presigned:
        found = re.search("([?&]X-Amz-%s=)([^&]*)" % name, wire.target)
        if not found:
            return None
        return wire.copy(target=wire.target[:found.start(2)] + change(found[2]) + wire.target[found.end(2):])
    value = wire.header("Authorization")
    found = re.search("(%s=)([^, ]*)" % name, value)
    return wire.with_header("Authorization", value[:found.start(2)] + change(found[2]) + value[found.end(2):])


def change_signature(wire):
    def change(value):
        at = rnd.randrange(len(value))
        if value[at].isalpha() and rnd.random() < 0.2:
            return value[:at] + value[at].upper() + value[at + 1:]
        return bend(value, "0123456789abcdef")

    changed = swap_part(wire, "Signature", change)
    same = changed.target == wire.target and changed.headers == wire.headers
    return None if same else (changed, MISMATCH)


def change_credential(wire):
    slash = "%2F" if wire.presigned else "/"
    which = rnd.randrange(5)

    def change(value):
        parts = value.split(slash)
        parts[which] = replace_at(parts[which], rnd.randrange(len(parts[which])), ALNUM)
        return slash.join(parts)

    return swap_part(wire, "Credential", change), "InvalidClientTokenId" if which == 0 else MISMATCH


def change_slash(wire):
    if wire.presigned:
        return None
    return swap_part(wire, "Credential", lambda value: value.replace("/", rnd.choice(ALNUM), 1)), INCOMPLETE


def change_signed_headers(wire):
    def change(value):
        at = rnd.choice([i for i, c in enumerate(value) if c.islower()])  # not an escape's digit
        return replace_at(value, at, string.ascii_lowercase)

    return swap_part(wire, "SignedHeaders", change), MISMATCH


def change_algorithm(wire):
    def change(value):
        nonlocal verdict
        at = rnd.randrange(len(value))
        if not wire.presigned and at < len("AWS4-"):
            verdict = "MissingAuthenticationToken"
        return replace_at(value, at, ALNUM)

    verdict = INCOMPLETE
    if wire.presigned:
        return swap_part(wire, "Algorithm", change), verdict
    algorithm, rest = wire.header("Authorization").split(" ", 1)
    return wire.with_header("Authorization", change(algorithm) + " " + rest), verdict


def change_date(wire):
    names = {name.lower(): name for name, _ in wire.headers}
    if wire.presigned:
        old = re.search("X-Amz-Date=([^&]*)", wire.target)[1]
    elif "x-amz-date" in names:
        old = wire.header(names["x-amz-date"])
    else:
        # "Sun, 30 Aug 2015 12:36:00 -0000": the seconds.
        old = wire.header("Date")
        at = old.rindex(":") + 2
        return wire.with_header("Date", replace_at(old, at, string.digits)), MISMATCH
    new = replace_at(old, rnd.randrange(len(old)), string.digits)
    changed = (wire.copy(target=wire.target.replace("X-Amz-Date=" + old, "X-Amz-Date=" + new)) if wire.presigned
               else wire.with_header(names["x-amz-date"], new))
    try:
        time = calendar.timegm(datetime.datetime.strptime(new, STAMP).timetuple())
    except ValueError:
        return changed, INCOMPLETE
    if not re.fullmatch(r"\d{8}T\d{6}Z", new) or new.endswith(("60Z", "61Z")):
        return changed, INCOMPLETE
    return changed, EXPIRED if wire.presigned and time + wire.expires < wire.now else MISMATCH


def change_expires(wire):
    if not wire.presigned:
        return None
    old = str(wire.expires)
    new = replace_at(old, rnd.randrange(len(old)), string.digits)
    changed = swap_part(wire, "Expires", lambda _: new)
    if not 1 <= int(new) <= WEEK:
        return changed, INCOMPLETE
    signed_at = datetime.datetime.strptime(re.search("X-Amz-Date=([^&]*)", wire.target)[1], STAMP)
    return changed, EXPIRED if calendar.timegm(signed_at.timetuple()) + int(new) < wire.now else MISMATCH


def change_token(wire):
    if wire.presigned:
        changed = swap_part(wire, "Security-Token", lambda value: rnd.choice(ALNUM) + value)
    else:
        names = [name for name, _ in wire.headers if name == "X-Amz-Security-Token"]
        changed = wire.with_header(names[0], wire.header(names[0]) + "x") if names else None
    return (changed, MISMATCH) if changed else None


CHANGES = [change_method, change_target, change_target, change_target, change_body, change_header, change_header,
           change_signature, change_credential, change_slash, change_signed_headers, change_algorithm, change_date,
           change_expires, change_token]


def main():
    judge = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    rnd.seed(seed)
    print("seed", seed)
    cases = []  # what was done, request, expected verdict
    for _ in range(REQUESTS):
        wire = sign()
        cases.append(("as signed", wire, "ok"))
        for change in rnd.sample(CHANGES, 3):
            changed = change(wire)
            if changed:
                cases.append((change.__name__, *changed))
    result = subprocess.run([judge], input=b"".join(wire.record() for _, wire, _ in cases), stdout=subprocess.PIPE,
                            check=True)
    verdicts = result.stdout.decode().splitlines()
    assert len(verdicts) == len(cases), "the judge gave %d verdicts on %d requests" % (len(verdicts), len(cases))

    counts, wrong = {}, 0
    for (what, wire, expected), verdict in zip(cases, verdicts):
        counts[what, expected] = counts.get((what, expected), 0) + 1
        if verdict != expected:
            wrong += 1
            if wrong <= 5:
                print("%s: expected %s, got %s\n  %.1500r" % (what, expected, verdict, wire.__dict__))
    for (what, expected), count in sorted(counts.items()):
        print("%6d %-22s %s" % (count, what, expected))
    # Each kind of change was tried, and often enough to mean something.
    for change in CHANGES:
        assert sum(count for (what, _), count in counts.items() if what == change.__name__) > 200, change.__name__
    if wrong:
        sys.exit("%d of %d verdicts are wrong; seed %d" % (wrong, len(cases), seed))


if __name__ == "__main__":
    main()
