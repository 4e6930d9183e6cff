"""Documents and expressions for jmespath_oracle_test.py. Every expression is searched in every document."""

CLUSTERS = {
    "CacheClusters": [
        {"CacheClusterId": "pages", "Engine": "memcached", "NumCacheNodes": 3, "CacheClusterStatus": "available",
         "CacheClusterCreateTime": "2024-03-01T10:00:00.000000+00:00", "AutoMinorVersionUpgrade": True,
         "CacheNodes": [{"CacheNodeId": "0001", "Endpoint": {"Address": "127.31.0.10", "Port": 11211}},
                        {"CacheNodeId": "0002", "Endpoint": {"Address": "127.32.0.10", "Port": 11211}},
                        {"CacheNodeId": "0003", "Endpoint": {"Address": "127.33.0.10", "Port": 11212}}],
         "SecurityGroups": [], "Tags": [{"Key": "env", "Value": "dev"}, {"Key": "owner", "Value": "zoë"}]},
        {"CacheClusterId": "demo-001", "Engine": "redis", "NumCacheNodes": 1, "CacheClusterStatus": "creating",
         "CacheClusterCreateTime": "2024-03-02T10:00:00.000000+00:00", "AutoMinorVersionUpgrade": False,
         "ReplicationGroupId": "demo", "CacheNodes": [], "Tags": [{"Key": "env", "Value": "prod"}]},
        {"CacheClusterId": "demo-002", "Engine": "redis", "NumCacheNodes": 1, "CacheClusterStatus": "available",
         "ReplicationGroupId": "demo", "CacheNodes": [{"CacheNodeId": "0001", "Endpoint": None}], "Tags": []},
        {"CacheClusterId": "Archive", "Engine": "valkey", "NumCacheNodes": 1, "CacheClusterStatus": "deleting"},
    ],
    "Marker": None,
}

NUMBERS = {
    "zero": 0, "one": 1, "minus": -3, "half": 0.5, "low": -2.5, "round": 3.0, "tiny": 1e-07, "huge": 123456789012,
    "whole": [5, 3, -1, 3, 0], "mixed": [1, 2.5, -7.25], "single": [42], "none": [], "same": [1, 1.0, 1],
    "texts": ["10", "-2.5", "1e3", " 1", "1 ", "+1", "0x10", "abc", "", "nan", "Infinity", "1_000", "00", "true", "null"],
    "other": [1, "1", True, None, [1], {"a": 1}],
}

TEXTS = {
    "plain": "abcdef", "empty": "", "umlaut": "zoë", "emoji": "a🙂b", "quote": "it's \"so\"", "back": "a\\b`c",
    "names": ["banana", "apple", "Cherry", "äpfel", "apple", "", "🙂", "zebra"],
    "with-dash": {"inner key": 1, "": "blank", "ü": "ue", "a.b": "dotted", "0": "digit", "a\nb": "line"},
    "mixed": ["a", 1], "parts": ["a", "b", "c"], "time": "2024-01-02",
}

NESTED = {
    "foo": {"bar": {"baz": {"qux": "deep"}, "list": [[1, 2], [3, [4, 5]], 6, [], [[]]]},
            "one": {"a": 1, "b": [1, 2]}, "two": {"a": 2, "b": []}, "three": "no object", "four": None},
    "list": [{"a": {"b": 1, "c": [1, 2]}}, {"a": {"b": 2, "c": [3]}}, {"a": {"c": []}}, {"a": None}, {}, [], "x", 7, None],
    "matrix": [[{"n": 1, "t": "x"}, {"n": 2, "t": "y"}], [{"n": 3, "t": "x"}], [], [{"n": None}]],
    "people": [{"name": "b", "age": 30, "tags": ["x"]}, {"name": "a", "age": 30}, {"name": "c", "age": 20, "tags": []}],
    "length": 7, "type": "field, no function", "true": True, "false": False, "null": None, "empty_list": [],
    "empty_hash": {}, "empty_text": "",
}

DOCUMENTS = [CLUSTERS, NUMBERS, TEXTS, NESTED, [], {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [[0, 1], [2], 3, [[4]]],
             [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 1}, {"b": None}], None, "just text", 17, True, 0.25]

PATHS = r"""
@ ;; foo ;; bar ;; foo.bar ;; foo.bar.baz ;; foo.bar.baz.qux ;; foo.bar.baz.qux.more ;; foo.nothing.more ;; "foo"
"foo"."bar" ;; foo."bar".baz ;; "with-dash" ;; "with-dash"."inner key" ;; "with-dash"."" ;; "with-dash"."\u00fc"
"with-dash".ü ;; "with-dash"."a.b" ;; "with-dash"."0" ;; "with-dash"."a\nb" ;; "\ud83d\ude42" ;; _under ;; a1 ;; A.b
foo . bar ;; foo ;; .bar ;; \tfoo\r\n ;; @.foo ;; @.@ ;; foo.@ ;; CacheClusters ;; Marker ;; length ;; type ;; true
false ;; null ;; list.a ;; [0] ;; [1] ;; [-1] ;; [-10] ;; [-11] ;; [9] ;; [10] ;; [00] ;; [ 3 ] ;; [0][0] ;; [0][1]
[0].a ;; [-1].b ;; foo[0] ;; list[0] ;; list[0].a.b ;; list[-1] ;; list[6] ;; foo.bar.list[0] ;; foo.bar.list[0][1]
foo.bar.list[1][1][0] ;; foo.bar.list[-1][0] ;; CacheClusters[0].CacheNodes[1].Endpoint.Port
CacheClusters[0].CacheClusterId ;; CacheClusters[-1].Engine ;; @[0] ;; matrix[0][1].n
"""

SLICES = r"""
[:] ;; [::] ;; [1:] ;; [:1] ;; [1:3] ;; [::2] ;; [1::2] ;; [::-1] ;; [-3:] ;; [:-3] ;; [-3:-1] ;; [5:2] ;; [5:2:-1]
[9:0:-3] ;; [100:] ;; [:100] ;; [-100:100] ;; [100::-1] ;; [:-100:-1] ;; [-1:-100:-1] ;; [0:0] ;; [8:2:-2] ;; [::3]
[ 1 : 3 ] ;; [::1] ;; [::-2] ;; [-5::2] ;; [2:-2] ;; [:2].a ;; [:2][0] ;; [0][1:] ;; [0][:1][0] ;; whole[1:3]
whole[::-1] ;; whole[:2][1:] ;; CacheClusters[:2].CacheClusterId ;; CacheClusters[::-1].CacheClusterId ;; foo[:1]
plain[1:2] ;; CacheClusters[0].CacheNodes[1:].CacheNodeId ;; CacheClusters[1:][0] ;; CacheClusters[1:]|[0].Engine
foo.bar.list[1:][] ;; [1:].a
"""

PROJECTIONS = r"""
* ;; *.a ;; *.* ;; foo.* ;; foo.*.a ;; foo.*.b ;; foo.*.b[] ;; foo.*.b[0] ;; foo.*.nothing ;; *[0] ;; *.bar.baz
foo.bar.* ;; foo.*.* ;; [*] ;; [*].a ;; [*].b ;; [*][0] ;; [*].* ;; list[*] ;; list[*].a ;; list[*].a.b ;; list[*].a.c
list[*].a.c[] ;; list[*].a.c[0] ;; list[*].a.c[*] ;; list[*][0] ;; matrix[*][*].n ;; matrix[*][0].n ;; matrix[][]
matrix[].n ;; matrix[][].n ;; matrix[*][].n ;; matrix[0][*].t ;; [] ;; [][] ;; [][][] ;; [].a ;; foo[]
foo.bar.list[] ;; foo.bar.list[][] ;; foo.bar.list[][][] ;; foo.bar.list[*][] ;; CacheClusters[].CacheClusterId
CacheClusters[*].CacheNodes[].CacheNodeId ;; CacheClusters[].CacheNodes[].Endpoint.Address
CacheClusters[*].CacheNodes[*].Endpoint.Port ;; CacheClusters[*].Tags[].Key ;; CacheClusters[*].ReplicationGroupId
CacheClusters.* ;; *.CacheClusterId ;; CacheClusters[*].CacheNodes[0].Endpoint.Port ;; people[*].tags
people[*].tags[] ;; people[*].tags[0] ;; names[*] ;; whole[*] ;; [*].[a] ;; [*].{x: a} ;; [*][a, b] ;; foo.*[0]
*.*[] ;; (CacheClusters[*].CacheNodes)[0] ;; (list[*].a)[1].b ;; CacheClusters[*].Tags[*].[Key, Value] ;; foo.*.[a]
people[].name.length(@)
"""

FILTERS = r"""
[?a] ;; [?!a] ;; [?a == `1`] ;; [?a != `1`] ;; [?a > `1`] ;; [?a >= `1`] ;; [?a < `2`] ;; [?a <= `2`] ;; [?b == 'x']
[?b == null] ;; [?@ > `4`] ;; [?@ > `2` && @ < `6`] ;; [?@ < `2` || @ > `7`] ;; [?@ == `0`] ;; [?@] ;; [?!@] ;; [?a].b
[?a == `1`].b ;; [?a == `1`][0] ;; [?a == `1`] | [0] ;; [?(a == `1` || b == 'y') && b] ;; [?a == `1` || b == 'y' && a]
[?a][] ;; [?a][?b] ;; list[?a].a.b ;; list[?a.b == `2`] ;; list[?type(@) == 'object']
CacheClusters[?Engine == 'redis'].CacheClusterId ;; CacheClusters[?Engine=='redis'].CacheClusterId | [0]
CacheClusters[?Engine == `redis`].CacheClusterId ;; CacheClusters[?Engine == `"redis"`].CacheClusterId
CacheClusters[?CacheClusterStatus != 'available'].CacheClusterId ;; CacheClusters[?NumCacheNodes > `1`].CacheClusterId
CacheClusters[?AutoMinorVersionUpgrade].CacheClusterId ;; CacheClusters[?!AutoMinorVersionUpgrade].CacheClusterId
CacheClusters[?AutoMinorVersionUpgrade == `false`].CacheClusterId
CacheClusters[?starts_with(CacheClusterId, 'demo')].CacheClusterId
CacheClusters[?CacheClusterCreateTime > '2024-03-01T12'].CacheClusterId
CacheClusters[?CacheClusterCreateTime >= '2024'].Engine
CacheClusters[?Tags[?Key == 'env' && Value == 'dev']].CacheClusterId
CacheClusters[?contains(CacheClusterId, '00')].Engine
CacheClusters[?length(CacheNodes || `[]`) > `0`].CacheClusterId
CacheClusters[?CacheNodes[0].Endpoint.Port == `11211`].CacheClusterId
CacheClusters[?ReplicationGroupId && CacheClusterStatus == 'available'] | [].CacheClusterId
CacheClusters[?!ReplicationGroupId].CacheClusterId
CacheClusters[?not_null(ReplicationGroupId, 'x') == 'x'].CacheClusterId ;; names[?@ > 'b'] ;; names[?@ == 'apple']
names[?contains(@, 'an')] ;; names[?length(@) > `5`] ;; texts[?to_number(@) > `0`] ;; other[?@ == `1`]
other[?@ == `true`] ;; other[?@ == `[1]`] ;; other[?@ == `{"a": 1}`] ;; other[?type(@) == 'number'] ;; whole[?@ > `0`]
mixed[?@ < `0`] ;; people[?age == `30`].name ;; people[?tags].name ;; people[?!tags].name
people[?contains(tags || `[]`, 'x')].name ;; matrix[][?n > `1`] ;; matrix[*][?n > `1`].t ;; matrix[?length(@) > `1`]
foo.*[?@] ;; foo[?a] ;; [?a == b] ;; [?'1' == a] ;; [?`true`] ;; [?`false`] ;; [?[a]] ;; [?{x: a}] ;; [?'']
[?@ == @] ;; [?a.b.c] ;; [?!(a == `1`)] ;; [?! a] ;; [?!!a]
"""

LOGIC = r"""
foo || bar ;; nothing || foo ;; nothing || nowhere ;; foo && bar ;; foo && length ;; nothing && foo ;; !foo
!nothing ;; !!foo ;; !true ;; !false ;; !zero ;; zero || one ;; zero && one
empty_list || empty_hash || empty_text || null ;; false || true ;; true && false ;; true || false && false
(true || false) && false ;; !true || true ;; !(true || true) ;; foo.bar || length ;; a || b || c ;; a && b && c
!foo.bar ;; !a == `1` ;; one == `1` ;; one == `1.0` ;; round == `3` ;; one != `1` ;; one > zero ;; one >= one
one < zero ;; one <= half ;; minus < zero ;; half > low ;; one == '1' ;; one < '2' ;; plain < 'b' ;; plain == 'abcdef'
plain != empty ;; null == null ;; null == nothing ;; null != false ;; true == `true` ;; true > false ;; names == names
whole == `[5,3,-1,3,0]` ;; whole != mixed ;; `{"a":1,"b":2}` == `{"b":2,"a":1}` ;; `[1,2]` == `[2,1]`
foo.one == `{"b": [1, 2], "a": 1}` ;; one == zero == false ;; `1` < `2` < `3` ;; 'a' < 'b' ;; 'a' < `1` ;; 'ä' > 'z'
'B' < 'a' ;; '' < 'a'
"""

SELECTS = r"""
[foo, bar] ;; [@] ;; [@, @] ;; [length, type] ;; {a: length} ;; {a: length, b: type} ;; {"a b": length} ;; {a: @}
{a: nothing} ;; [nothing] ;; [[foo]] ;; {a: {b: type}} ;; foo.[one, two] ;; foo.{x: one.a, y: two.a}
foo.one.[a, b[0]] ;; foo.nothing.[a] ;; foo.nothing.{a: b} ;; foo.four.[a] ;; foo.three.[a]
CacheClusters[*].[CacheClusterId, Engine]
CacheClusters[*].{Id: CacheClusterId, Nodes: NumCacheNodes, First: CacheNodes[0].CacheNodeId}
CacheClusters[].[CacheClusterId, CacheNodes[].CacheNodeId]
CacheClusters[0].{id: CacheClusterId, ports: CacheNodes[*].Endpoint.Port}
CacheClusters[0].Tags[].{k: Key, v: Value} ;; [CacheClusters[0].Engine, Marker]
{n: length(CacheClusters), m: Marker} ;; {b: one, a: zero} ;; {a: one, b: zero, a: half} ;; [a, b][0] ;; [a, b] | [1]
{a: b}.a ;; [one || zero, one && zero] ;; [*].{a: a, b: b} ;; list[*].{b: a.b, c: a.c}
people[].{name: name, n: length(tags || `[]`)} ;; [].[a, [b]] ;; foo.*.{a: a} ;; {x: foo.*.a, y: list[*].a.b}
"""

PIPES = r"""
foo | bar ;; foo.bar | baz ;; list[*].a | [0] ;; list[*].a.c | [0] ;; list[*].a.c[] | [0] ;; list[0] | a | b
* | [0] ;; [*].a | [0] ;; [] | [0] ;; CacheClusters[*].CacheClusterId | sort(@) | [0]
CacheClusters | [0] | CacheClusterId ;; foo | [one, two] ;; foo | *.a ;; (foo | bar).baz ;; list[*].a | [*].b
list[*].a.(b) ;; (list[*].a).b ;; foo.bar || length | @ ;; nothing | @ ;; nothing | [@]
whole[] | [?@ > `0`] | length(@)
"""

LITERALS = r"""
`1` ;; `-1.5` ;; `1e3` ;; `"text"` ;; `true` ;; `null` ;; `[1, "a", null]` ;; `{"a": {"b": [1]}}` ;; `[]` ;; `{}`
`""` ;; ` 1 ` ;; `{"b": 1, "a": 2}` ;; `"a\"b"` ;; `"\u00e9"` ;; `text` ;; `some text` ;; ` leading` ;; `a\`b`
`"a\`b"` ;; `2024-01-01` ;; `1.2.3` ;; `tru` ;; `'single'` ;; `a"b` ;; `[` ;; `\\` ;; `` ;; `\n` ;; 'raw' ;; ''
'it\'s' ;; 'a\\b' ;; 'a\nb' ;; '`' ;; '"' ;; 'é🙂' ;; 'a''b' ;; '[0]' ;; '{"a":1}' ;; '\u00e9' ;; `{"a":1}`.a
`[1,2,3]`[1] ;; `[1,2,3]`[*]
"""

FUNCTIONS = r"""
abs(one) ;; abs(minus) ;; abs(low) ;; abs(zero) ;; abs(plain) ;; abs(`-0.0`) ;; avg(whole) ;; avg(mixed) ;; avg(none)
avg(single) ;; avg(names) ;; avg(one) ;; ceil(half) ;; ceil(low) ;; ceil(round) ;; ceil(one) ;; ceil(plain)
ceil(`-0.5`) ;; floor(half) ;; floor(low) ;; floor(round) ;; floor(minus) ;; floor(`1e10`) ;; sum(whole) ;; sum(mixed)
sum(none) ;; sum(names) ;; sum(same) ;; sum(@) ;; sum([*]) ;; max(whole) ;; max(mixed) ;; max(none) ;; max(names)
max(other) ;; max(same) ;; max(one) ;; min(whole) ;; min(mixed) ;; min(none) ;; min(names) ;; min(same) ;; min(@)
max(@) ;; contains(plain, 'cd') ;; contains(plain, '') ;; contains(plain, one) ;; contains(names, 'apple')
contains(names, 'pear') ;; contains(whole, `3`) ;; contains(whole, `3.0`) ;; contains(whole, '3')
contains(other, `null`) ;; contains(other, `[1]`) ;; contains(other, `true`) ;; contains(one, `1`)
contains(foo, 'a') ;; contains(list, `{}`) ;; ends_with(plain, 'ef') ;; ends_with(plain, 'abcdefg')
ends_with(plain, '') ;; ends_with(one, 'a') ;; ends_with(plain, one) ;; starts_with(plain, 'ab')
starts_with(plain, 'b') ;; starts_with(emoji, 'a🙂') ;; starts_with(names, 'a') ;; join(', ', names) ;; join('', parts)
join('-', none) ;; join(one, parts) ;; join(',', mixed) ;; join(',', whole) ;; join(',', whole[*].to_string(@))
keys(foo) ;; keys(@) ;; keys("with-dash") ;; keys(empty_hash) ;; keys(names) ;; keys(plain) ;; values(foo.one)
values(empty_hash) ;; values(names) ;; values(foo) ;; length(plain) ;; length(empty) ;; length(umlaut)
length(emoji) ;; length(names) ;; length(foo) ;; length(one) ;; length(true) ;; length(null) ;; length(@)
length(CacheClusters) ;; length(CacheClusters[0]) ;; map(&a, @) ;; map(&a, list) ;; map(&@, whole)
map(&to_string(@), other) ;; map(&[0], matrix) ;; map(&length(@), names) ;; map(&name, people) ;; map(&a, foo)
map(&length(@), whole) ;; map(&[], matrix) ;; map(&(n), matrix[]) ;; max_by(people, &age) ;; max_by(people, &name)
min_by(people, &age) ;; min_by(people, &name) ;; max_by(none, &a) ;; max_by(people, &tags) ;; max_by(people, &nothing)
min_by(@, &a) ;; max_by(@, &@) ;; max_by(CacheClusters, &NumCacheNodes).CacheClusterId
min_by(CacheClusters, &CacheClusterId).CacheClusterId ;; max_by(list, &a) ;; max_by(foo, &a) ;; max_by(other, &@)
min_by(names, &length(@)) ;; max_by(names, &length(@)) ;; merge(foo, "with-dash") ;; merge(foo.one, foo.two)
merge(empty_hash) ;; merge(foo.one, `{"c": 3}`, `{"a": 4}`) ;; merge(foo, one) ;; merge(names) ;; merge(foo.one, null)
not_null(nothing, null, length) ;; not_null(nothing) ;; not_null(one, zero) ;; not_null(false, true)
not_null(nothing, 'default') ;; reverse(plain) ;; reverse(emoji) ;; reverse(umlaut) ;; reverse(names) ;; reverse(none)
reverse(one) ;; reverse(@) ;; reverse(foo) ;; sort(whole) ;; sort(mixed) ;; sort(names) ;; sort(none) ;; sort(other)
sort(same) ;; sort(@) ;; sort(plain) ;; sort(keys(@)) ;; sort(keys(foo)) ;; sort_by(people, &age)
sort_by(people, &age)[].name ;; sort_by(people, &name)[].name ;; sort_by(none, &a) ;; sort_by(people, &tags)
sort_by(@, &a) ;; sort_by(@, &@) ;; sort_by(list, &a) ;; sort_by(other, &@) ;; sort_by(names, &length(@))
sort_by(CacheClusters, &CacheClusterId)[].CacheClusterId
reverse(sort_by(CacheClusters, &NumCacheNodes))[].CacheClusterId ;; sort_by(CacheClusters, &CacheClusterCreateTime)
sort_by(foo, &a) ;; sort_by(matrix[0], &n)[*].t ;; to_array(one) ;; to_array(names) ;; to_array(null)
to_array(foo.one) ;; to_array(@) ;; to_number(plain) ;; to_number(one) ;; to_number(null) ;; to_number(true)
to_number(names) ;; to_number('12') ;; to_number('-1.50') ;; to_number('1e3') ;; to_number('') ;; to_number('12a')
to_number('[1]') ;; to_number('"1"') ;; map(&to_number(@), texts) ;; to_string(one) ;; to_string(plain)
to_string(half) ;; to_string(round) ;; to_string(null) ;; to_string(true) ;; to_string(names) ;; to_string(foo.one)
to_string(umlaut) ;; to_string(`["ë", "\u007f", "\n"]`) ;; to_string(@) ;; to_string(tiny) ;; to_string(huge)
type(one) ;; type(half) ;; type(plain) ;; type(names) ;; type(foo) ;; type(true) ;; type(null) ;; type(@)
map(&type(@), other) ;; length (plain) ;; length( plain ) ;; length(length(foo) == `3` && plain || names)
foo.length(@) ;; foo.bar.keys(@) ;; names.length(@) ;; names[].length(@) ;; [length(@), type(@)]
sum(CacheClusters[].NumCacheNodes) ;; join(' ', sort(CacheClusters[].CacheClusterId))
avg(CacheClusters[*].NumCacheNodes) ;; CacheClusters[].join('=', [CacheClusterId, Engine])
length(keys(CacheClusters[0])) ;; CacheClusters[*].length(CacheClusterId)
CacheClusters[].{id: CacheClusterId, tags: join(',', Tags[].Key || `[]`)} ;; max(keys(foo))
sort_by(people, &age) | [-1].name ;; map(&merge(@, `{"z": 1}`), people) ;; values(map(&@, whole))
sum(map(&length(@), parts)) ;; to_array(to_array(one))
"""

# Not valid, or not for all documents.
BROKEN = r"""
foo. ;; .foo ;; foo..bar ;; foo bar ;; foo.bar baz ;; foo[ ;; foo] ;; foo[0 ;; foo[a] ;; foo[a, b] ;; foo['a']
foo["a"] ;; foo[`0`] ;; [0 ;; [ ;; ] ;; [,] ;; [a,] ;; [,a] ;; [a b] ;; { ;; } ;; {a} ;; {a:} ;; {a: b ;; {a: b,}
{a: b c: d} ;; {'a': b} ;; {0: b} ;; {a.b: c} ;; {} ;; foo.{} ;; foo.0 ;; foo.'a' ;; foo.`1` ;; foo.(bar) ;; foo.!bar
foo.&bar ;; foo.[ ;; foo.[0] ;; foo.[*] ;; foo.[] ;; foo.*bar ;; ** ;; *foo ;; foo* ;; foo.** ;; [*]foo ;; []foo
[?a]foo ;; foo[*]bar ;; [?] ;; [?a ;; [? a ;; [ ?a] ;; [ ] ;; [::::] ;; [:::] ;; [1:2:3:4] ;; [1 2:3] ;; [1:2 3]
[1:a] ;; [a:1] ;; ['a':] ;; [0::0] ;; [::0] ;; [1 2] ;; [--1] ;; [-] ;; [1-1] ;; [0.5] ;; [1e3] ;; foo-bar ;; foo/bar
foo#bar ;; $foo ;; foo$ ;; foo?bar ;; % ;; ~ ;; ; ;; \ ;; foo\bar ;; ü ;; foo.ü ;; 1 ;; -1 ;; 1.5 ;; foo == 1
foo = bar ;; foo === bar ;; = ;; == ;; == a ;; a == ;; a !== b ;; < ;; a < ;; < a ;; a <> b ;; a =< b ;; a & b ;; & a
&a ;; a & ;; && ;; a && ;; && a ;; a && && b ;; | ;; a | ;; | a ;; a || ;; a | | b ;; ! ;; a !b ;; a ! b ;; a ! ;; (
) ;; () ;; (a ;; a) ;; (a b) ;; (a,b) ;; @foo ;; foo@ ;; @@ ;; @(a) ;; "foo ;; foo" ;; "a"b ;; "a" "b" ;; "\x"
"\ud800" ;; "a" == "b ;; 'foo ;; foo' ;; 'a\' ;; `foo ;; foo` ;; `a\` ;; `{` ;; `{"a"` ;; `"a` ;; "foo"(a) ;; 'foo'(a)
`1`(a) ;; (length)(@) ;; length( ;; length) ;; length() ;; length(a b) ;; length(a,) ;; length(,a) ;; length(a, b)
length(a ;; length[a] ;; length@ ;; abs() ;; abs(a, b) ;; avg() ;; ceil() ;; contains(a) ;; contains(a, b, c)
ends_with(a) ;; floor(a, b) ;; join(a) ;; join(a, b, c) ;; keys() ;; map(&a) ;; map(a, b) ;; map(b, &a) ;; max()
max(a, b) ;; max_by(a) ;; max_by(a, b) ;; max_by(&a, b) ;; merge() ;; min(a, b) ;; min_by(a, b) ;; not_null()
reverse() ;; sort() ;; sort(a, b) ;; sort_by(a) ;; sort_by(a, b) ;; sort_by(&a, b) ;; sort_by(a, &b, c)
starts_with(a) ;; sum() ;; to_array() ;; to_number() ;; to_string() ;; to_string(&a) ;; type() ;; type(&a)
not_null(&a) ;; to_array(&a) ;; values() ;; values(a, b) ;; unknown(a) ;; unknown() ;; Length(a) ;; count(@)
length(unknown(@)) ;; [?unknown(a)] ;; foo.unknown(@) ;; map(&unknown(@), a) ;; to_json(a) ;; group_by(a, &b)
let $x = a in x ;; $ ;; a.$ ;; foo[?a == 1] ;; foo[?a = 'b'] ;; foo[?a == 'b' ;; foo[?(a] ;; foo[?a)] ;; foo[?a,b]
foo[?a == ] ;; foo[? == a] ;; foo['x':1] ;; [?@. ;; a.b[ ;; sort_by(a, &) ;; sort_by(a, & & b) ;; map(&&a, b) ;; a,b
a:b ;; {a: &b} ;; [&a]
"""




def split(text):
    """Between expressions stands ;; or the end of a line."""
    return [expression.strip() for line in text.strip().split("\n") for expression in line.split(" ;; ")]


# What cannot stand in the texts above: line breaks, blanks at the ends, control characters, length, depth.
ODD = ["", " ", "\t", "foo\n.bar", "\tfoo\r\n", "foo\x0b", "foo\x00", "\x00", "\ufefffoo", "foo\u00a0", "'a\nb'", "`\"a\tb\"`",
       "`\"a\\tb\"`", "\"a\tb\"", "'\x00'", "`\n1\n`", "`\nabc`", ".".join("a" * 300), "||".join(["nothing"] * 300 + ["length"]),
       " && ".join(["length"] * 300), " | ".join(["@"] * 300), "(" * 40 + "foo" + ")" * 40, "[" * 40 + "foo" + "]" * 40,
       "[0]" * 50, "[*]" * 40, "[]" * 40, "!" * 41 + "foo", "foo" + "[?@]" * 30, "`" + "[" * 50 + "]" * 50 + "`",
       "foo[?" + " || ".join(f"a == `{i}`" for i in range(200)) + "]"]

EXPRESSIONS = ODD + [expression for text in (PATHS, SLICES, PROJECTIONS, FILTERS, LOGIC, SELECTS, PIPES, LITERALS, FUNCTIONS, BROKEN)
                     for expression in split(text)]

ERROR_DOCUMENT = {"one": 1, "text": "a", "list": [1, "a"], "hashes": [{"a": 1}, {"a": "b"}], "hash": {}}
ERRORS = [
    ("foo[?a == 'b'", "syntax"), ("", "syntax"), ("foo.", "syntax"), ("'a", "syntax"), ("unknown(@)", "unknown-function"),
    ("nothing[].unknown(@)", "unknown-function"), ("length()", "invalid-arity"), ("length(@, @)", "invalid-arity"),
    ("not_null()", "invalid-arity"), ("merge()", "invalid-arity"), ("nothing[].abs()", "invalid-arity"),
    ("[::0]", "invalid-value"), ("one[1:2:0]", "invalid-value"), ("abs(text)", "invalid-type"), ("length(one)", "invalid-type"),
    ("sum(list)", "invalid-type"), ("sort(list)", "invalid-type"), ("max(list)", "invalid-type"), ("join(',', list)", "invalid-type"),
    ("sort_by(hashes, &a)", "invalid-type"), ("max_by(hashes, &a)", "invalid-type"), ("min_by(hashes, &b)", "invalid-type"),
    ("sort_by(hashes, a)", "invalid-type"), ("map(hashes, &a)", "invalid-type"), ("type(&a)", "invalid-type"),
    ("merge(hash, one)", "invalid-type"), ("keys(list)", "invalid-type"), ("values(text)", "invalid-type"),
    ("starts_with(text, one)", "invalid-type"), ("ceil(null)", "invalid-type"), ("reverse(hash)", "invalid-type"),
]

NAMES = ["a", "b", "foo", "one", "two", "bar", "list", "matrix", "people", "names", "whole", "mixed", "plain", "length", "type",
         "CacheClusters", "CacheNodes", "Tags", "Engine", "CacheClusterId", "Endpoint", "Port", "Key", "n", "t", "age", "name",
         '"with-dash"', '"inner key"', "nothing", "null", "true"]
LITERAL_VALUES = ["`0`", "`1`", "`2.5`", "`-3`", "'redis'", "'x'", "''", "'a'", "`[]`", "`[1, 2]`", "`{}`", '`{"a": 1}`', "`true`",
                  "`null`", "`env`"]
ONE_ARGUMENT = ["abs", "avg", "ceil", "floor", "keys", "length", "max", "min", "reverse", "sort", "sum", "to_array", "to_number",
                "to_string", "type", "values", "not_null", "merge"]


def generate(rnd, depth=4):
    """An expression that the grammar allows; mostly one that finds something."""
    def inner():
        return generate(rnd, depth - 1)

    def number():
        return rnd.choice(["", str(rnd.randint(-4, 4))])

    if depth == 0 or rnd.random() < 0.25:
        return rnd.choice(NAMES + ["@"] * 4 + LITERAL_VALUES)
    shapes = [
        lambda: inner() + "." + rnd.choice(NAMES),
        lambda: inner() + f"[{rnd.randint(-3, 3)}]",
        lambda: f"({inner()})[{number()}:{number()}" + rnd.choice(["", ":", ":2", ":-1"]) + "]",
        lambda: inner() + "[*]" + rnd.choice(["", "." + rnd.choice(NAMES), "[0]"]),
        lambda: inner() + "[]" + rnd.choice(["", "." + rnd.choice(NAMES)]),
        lambda: inner() + ".*" + rnd.choice(["", "." + rnd.choice(NAMES)]),
        lambda: f"{inner()}[?{inner()}]" + rnd.choice(["", "." + rnd.choice(NAMES)]),
        lambda: f"{inner()}[?{inner()} {rnd.choice(COMPARATORS)} {inner()}]",
        lambda: f"{inner()} {rnd.choice(COMPARATORS)} {inner()}",
        lambda: f"{inner()} {rnd.choice(['||', '&&', '|'])} {inner()}",
        lambda: "!" + inner(),
        lambda: f"({inner()})",
        lambda: f"[{inner()}, {inner()}]",
        lambda: f"{inner()}.[{inner()}]",
        lambda: f"{{{rnd.choice(NAMES)}: {inner()}, x: {inner()}}}",
        lambda: f"{inner()}.{{k: {inner()}}}",
        lambda: f"{rnd.choice(ONE_ARGUMENT)}({inner()})",
        lambda: f"map(&{inner()}, {inner()})",
        lambda: f"{rnd.choice(['sort_by', 'max_by', 'min_by'])}({inner()}, &{inner()})",
        lambda: f"{rnd.choice(['contains', 'not_null', 'merge', 'starts_with', 'ends_with', 'join'])}({inner()}, {inner()})",
    ]
    return rnd.choice(shapes)()


COMPARATORS = ["==", "!=", "<", "<=", ">", ">="]
