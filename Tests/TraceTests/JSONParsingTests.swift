import Testing
import Trace

@Suite struct JSONParsingTests {
    static let good: [(String, String)] = [
        ("null", "null"), (" true ", "true"), ("[ ]", "[]"), ("{ }", "{}"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551615", "18446744073709551615"), ("0", "0"),
        (#"{"b":[1,{"a":null}],"a":"x"}"#, #"{"b":[1,{"a":null}],"a":"x"}"#),
        (#""\u0041\n\"\\\/\ud83d\ude00é""#, #""A\n\"\\/😀é""#), (#""\u0001""#, #""\u0001""#),
    ]

    @Test(arguments: good)
    func textIsReadAndWrittenAgain(_ text: String, _ expected: String) throws {
        #expect(try JSONValue(parsing: text).text == expected)
    }

    static let bad: [(String, String)] = [
        ("", "1:1: expected a value, found the end"), ("[1", "1:3: expected ',' or ']', found the end"),
        ("[1,]", "1:4: expected a value, found ']'"), ("{\n\"a\" 1}", "2:5: expected ':', found '1'"),
        ("{a:1}", "1:2: expected a name in quotes, found 'a'"),
        ("{\"a\":1,\"a\":2}", "1:8: name 'a' stands twice in one object"),
        ("1 2", "1:3: expected the end, found '2'"),
        ("1.5", "1:1: expected a whole number of at most 64 bits, found '1.5'"),
        ("01", "1:1: expected a whole number of at most 64 bits, found '01'"),
        ("-", "1:1: expected a whole number of at most 64 bits, found '-'"),
        ("18446744073709551616", "1:1: expected a whole number of at most 64 bits, found '18446744073709551616'"),
        ("\"a", "1:1: a text without its closing quote"), ("\"\n\"", "1:2: a control character within quotes"),
        (#""\x""#, "1:3: expected an escape, found 'x'"), (#""\u12""#, "1:4: expected four hex digits"),
        (#""\ud83d""#, "1:8: half a surrogate pair"), (#""\ud83d\u0041""#, "1:14: half a surrogate pair"),
        ("nul", "1:1: expected a value, found 'n'"), ("\u{7}", "1:1: expected a value, found byte 0x7"),
        (String(repeating: "[", count: 1000), "1:65: values nest at most 64 deep"),
    ]

    @Test(arguments: bad)
    func brokenTextIsRefusedAtItsPlace(_ text: String, _ message: String) {
        do throws(JSONTextError) {
            _ = try JSONValue(parsing: text)
            Issue.record("read")
        } catch {
            #expect(error.description == message)
        }
    }
}
