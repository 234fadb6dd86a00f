package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"unyo/engine/sql/functions"
)

// pages are expressions with what they give, by the page of Trino's documentation that tells it. A want that begins with ! is
// the beginning of an error.
var pages = map[string][][2]string{
	"string": {
		{"word_stem('stemming'), word_stem('great'), word_stem('it''s')", "stem|great|it"}, {"word_stem('continué', 'fr'), word_stem('trabajando', 'es')", "continu|trabaj"}, {"word_stem('x', 'xx')", "!INVALID_FUNCTION_ARGUMENT"},
		{"chr(65)", "A"}, {"codepoint('A')", "65"}, {"concat('a', 'b', 'c')", "abc"}, {"'a' || 'b'", "ab"}, {"'a' || NULL", "NULL"}, {"concat_ws(',', 'a', NULL, 'b')", "a,b"},
		{"concat_ws(',', ARRAY['a', NULL, 'b'])", "a,b"}, {"hamming_distance('abc', 'abd')", "1"}, {"length('Zürich')", "6"}, {"levenshtein_distance('kitten', 'sitting')", "3"},
		{"lower('ABC')", "abc"}, {"upper('abc')", "ABC"}, {"lpad('abc', 5, 'xy')", "xyabc"}, {"lpad('abcdef', 3, 'x')", "abc"}, {"rpad('abc', 6, 'xy')", "abcxyx"}, {"ltrim('  a ')", "a "},
		{"rtrim(' a  ')", " a"}, {"trim(' a ')", "a"}, {"trim(BOTH '$' FROM '$var$')", "var"}, {"trim(TRAILING 'ER' FROM upper('worker'))", "WORK"}, {"luhn_check('79927398713')", "true"},
		{"replace('abcabc', 'b')", "acac"}, {"replace('abc', 'b', 'xx')", "axxc"}, {"reverse('abc')", "cba"}, {"soundex('Robert')", "R163"}, {"split('a-b-c', '-')", "[a, b, c]"}, {"split('a-b-c', '-', 2)", "[a, b-c]"},
		{"split_part('a-b-c', '-', 2)", "b"}, {"split_part('a-b-c', '-', 4)", "NULL"}, {"split_to_map('a=1,b=2', ',', '=')", "{a=1, b=2}"}, {"split_to_multimap('a=1,a=2', ',', '=')", "{a=[1, 2]}"},
		{"strpos('high', 'ig')", "2"}, {"strpos('abcabc', 'c', -1)", "6"}, {"position('c' IN 'abc')", "3"}, {"starts_with('abc', 'ab')", "true"}, {"substr('abcdef', 2, 3)", "bcd"}, {"substr('abcdef', -2)", "ef"},
		{"substring('Zürich', 2, 2)", "ür"}, {"substring('abc' FROM 2)", "bc"}, {"translate('abcd', 'abc', 'xy')", "xyd"}, {"normalize('é', NFC)", "é"}, {"to_utf8('ab')", "61 62"}, {"from_utf8(X'6162')", "ab"},
		{"from_utf8(X'61FF', '?')", "a?"}, {"lower(NULL)", "NULL"}, {"chr(-1)", "!INVALID_FUNCTION_ARGUMENT"}, {"typeof('abc')", "varchar(3)"}, {"ends_with('abc', 'bc')", "true"}, {"U&'Hello winter \\2603 !'", "Hello winter ☃ !"}, {"u&'Hello winter #2603 #+01F600 ##' UESCAPE '#' || '.'", "Hello winter ☃ 😀 #."}, {"U&'\\26'", "!SYNTAX_ERROR: line 1:8: Incomplete escape sequence"}, {"U&'\\D800'", "!SYNTAX_ERROR: line 1:8: Invalid escaped character: D800"}, {"U&'' UESCAPE 'a'", "!SYNTAX_ERROR"}, {"U&'x'\n\n, y", "!COLUMN_NOT_FOUND: line 3:3"},
	},
	"comparison": {
		{"1 < 2", "true"}, {"'a' = 'b'", "false"}, {"NULL = 1", "NULL"}, {"3 BETWEEN 2 AND 6", "true"}, {"3 NOT BETWEEN 2 AND 6", "false"}, {"NULL IS NULL", "true"}, {"1 IS DISTINCT FROM NULL", "true"}, {"NULL IS NOT DISTINCT FROM NULL", "true"},
		{"'abc' LIKE 'a%'", "true"}, {"'abc' LIKE '_b_'", "true"}, {"'a_c' LIKE 'a#_c' ESCAPE '#'", "true"}, {"'abc' LIKE 'a#_c' ESCAPE '#'", "false"}, {"'abcabc' LIKE '%ca%c'", "true"}, {"'a' NOT LIKE 'b'", "true"},
		{"greatest(1, 3, 2)", "3"}, {"least('b', 'a')", "a"}, {"greatest(1, NULL)", "NULL"}, {"2 IN (1, 2)", "true"}, {"3 IN (1, NULL)", "NULL"}, {"1 NOT IN (1, NULL)", "false"}, {"nan() = nan()", "false"},
		{"ROW(1, 2) = ROW(1, 3)", "false"}, {"ARRAY[1, NULL] = ARRAY[1, 2]", "NULL"}, {"ARRAY[1, 2] < ARRAY[1, 3]", "true"}, {"1 = 'a'", "!TYPE_MISMATCH: line 1:10: Cannot apply operator: integer = varchar(1)"}, {"1.0 = 1", "true"},
		{"'a ' = CAST('a' AS char(2))", "true"},
	},
	"math": {
		{"cosine_distance(ARRAY[1.0, 0.0], ARRAY[0.0, 1.0])", "1.0"}, {"cosine_distance(MAP(ARRAY['a'], ARRAY[1.0]), MAP(ARRAY['a'], ARRAY[2.0]))", "0.0"}, {"round(beta_cdf(3, 3.6e0, 0.3e0), 10)", "0.2176481"}, {"round(beta_cdf(2, 2, 0.5e0), 12)", "0.5"}, {"beta_cdf(0, 1, 0.5e0)", "!INVALID_FUNCTION_ARGUMENT: a, b must be > 0"}, {"round(inverse_beta_cdf(2, 5, beta_cdf(2, 5, 0.25e0)), 12)", "0.25"}, {"inverse_beta_cdf(3, 3.6e0, 0)", "0.0"}, {"inverse_beta_cdf(3, 3.6e0, 1)", "1.0"},
		{"5 / 2", "2"}, {"-5 / 2", "-2"}, {"5 % -3", "2"}, {"5.0 / 2", "2.5"}, {"1 / 3.0", "0.3"}, {"1e0 / 3", "0.3333333333333333"}, {"1 / 0", "!DIVISION_BY_ZERO: Division by zero"}, {"1e0 / 0", "Infinity"}, {"1.0 / 0", "!DIVISION_BY_ZERO"},
		{"2147483647 + 1", "!NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1"}, {"9223372036854775807 + 1", "!NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow: 9223372036854775807 + 1"}, {"2147483648 + 1", "2147483649"},
		{"abs(-5)", "5"}, {"abs(-1.5)", "1.5"}, {"acos(1)", "0.0"}, {"asin(0)", "0.0"}, {"atan(0)", "0.0"}, {"atan2(0, 1)", "0.0"}, {"cbrt(27)", "3.0"}, {"ceil(1.2)", "2"}, {"ceiling(-1.2e0)", "-1.0"}, {"cos(0)", "1.0"}, {"cosh(0)", "1.0"},
		{"cosine_similarity(MAP(ARRAY['a'], ARRAY[1.0]), MAP(ARRAY['a'], ARRAY[2.0]))", "1.0"}, {"degrees(pi())", "180.0"}, {"e()", "2.718281828459045"}, {"exp(0)", "1.0"}, {"floor(-1.5)", "-2"}, {"from_base('ff', 16)", "255"},
		{"infinity()", "Infinity"}, {"inverse_normal_cdf(0, 1, 0.5)", "0.0"}, {"is_finite(1e0)", "true"}, {"is_infinite(infinity())", "true"}, {"is_nan(nan())", "true"}, {"ln(e())", "1.0"}, {"log(2, 8)", "3.0"}, {"log10(100)", "2.0"}, {"log2(8)", "3.0"},
		{"mod(5, 3)", "2"}, {"mod(-5.5, 3)", "-2.5"}, {"nan()", "NaN"}, {"normal_cdf(0, 1, 0)", "0.5"}, {"pi()", "3.141592653589793"}, {"pow(2, 10)", "1024.0"}, {"power(2, 0.5)", "1.4142135623730951"}, {"radians(180)", "3.141592653589793"},
		{"random() < 1", "true"}, {"rand(10) < 10", "true"}, {"round(2.5)", "3"}, {"round(-2.5e0)", "-3.0"}, {"round(1.2345e0, 2)", "1.23"}, {"round(123, -1)", "120"}, {"round(2.675, 2)", "2.680"}, {"sign(-3)", "-1"}, {"sin(0)", "0.0"}, {"sinh(0)", "0.0"}, {"sqrt(16)", "4.0"},
		{"tan(0)", "0.0"}, {"tanh(0)", "0.0"}, {"to_base(255, 16)", "ff"}, {"truncate(1.99)", "1"}, {"truncate(-1.9e0)", "-1.0"}, {"truncate(12.345, 1)", "12.300"}, {"width_bucket(5.3, 0.2, 10.6, 5)", "3"}, {"width_bucket(3, ARRAY[1.0, 2.0, 5.0])", "2"},
		{"wilson_interval_lower(1250, 1310, 1.96e0)", "0.9414883725395894"}, {"wilson_interval_upper(1250, 1310, 1.96e0)", "0.9642524717143908"},
		{"1.1 + 2.22", "3.32"}, {"typeof(1.1 + 2.22)", "decimal(4,2)"}, {"typeof(1.10 * 2.2)", "decimal(5,3)"}, {"1.10 * 2.2", "2.420"}, {"typeof(10.0 / 3.00)", "decimal(6,2)"}, {"10.0 / 3.00", "3.33"}, {"5.5 % 2", "1.5"}, {"-(1.5)", "-1.5"},
		{"DECIMAL '99999999999999999999999999999999999999' + 1.0", "!NUMERIC_VALUE_OUT_OF_RANGE"}, {"DECIMAL '12345678901234567890.5' * 2", "24691357802469135781.0"}, {"typeof(1e0)", "double"}, {"typeof(3000000000)", "bigint"},
	},
	"bitwise": {
		{"bit_count(9, 64)", "2"}, {"bit_count(-7, 8)", "6"}, {"bitwise_and(19, 25)", "17"}, {"bitwise_or(19, 25)", "27"}, {"bitwise_xor(19, 25)", "10"}, {"bitwise_not(12)", "-13"}, {"bitwise_left_shift(1, 2)", "4"}, {"bitwise_right_shift(8, 3)", "1"},
		{"bitwise_right_shift(-8, 28)", "15"}, {"bitwise_right_shift_arithmetic(-256, 2)", "-64"}, {"bitwise_logical_shift_right(-8, 2, 5)", "6"},
	},
	"datetime": {
		{"DATE '2020-02-28' + INTERVAL '2' DAY", "2020-03-01"}, {"DATE '2020-01-31' + INTERVAL '1' MONTH", "2020-02-29"}, {"TIMESTAMP '2012-10-31 01:00:00.000' + INTERVAL '1' MONTH", "2012-11-30 01:00:00.000"}, {"DATE '2012-08-08' - DATE '2012-08-06'", "2 00:00:00.000"},
		{"INTERVAL '2' DAY + INTERVAL '3' HOUR", "2 03:00:00.000"}, {"INTERVAL '3' YEAR + INTERVAL '5' MONTH", "3-5"}, {"2 * INTERVAL '2' DAY", "4 00:00:00.000"}, {"INTERVAL '3' YEAR / 2", "1-6"}, {"TIME '01:00' + INTERVAL '3' HOUR", "04:00:00"},
		{"DATE '2012-08-08' + INTERVAL '1' HOUR", "!INVALID_FUNCTION_ARGUMENT"}, {"current_date", "2020-05-10"}, {"now()", "2020-05-10 12:34:56.789 UTC"}, {"localtimestamp", "2020-05-10 12:34:56.789"}, {"current_timestamp(0)", "2020-05-10 12:34:56 UTC"}, {"localtime", "12:34:56.789"}, {"current_timezone()", "UTC"},
		{"TIMESTAMP '2014-03-14 09:30:00 Europe/Berlin' AT TIME ZONE 'America/Los_Angeles'", "2014-03-14 01:30:00 America/Los_Angeles"}, {"at_timezone(TIMESTAMP '2020-01-01 00:00:00 UTC', '+02:00')", "2020-01-01 02:00:00 +02:00"}, {"with_timezone(TIMESTAMP '2020-01-01 00:00:00', 'Asia/Tokyo')", "2020-01-01 00:00:00 Asia/Tokyo"},
		{"timezone(TIMESTAMP '2020-01-01 00:00:00 Asia/Tokyo')", "Asia/Tokyo"}, {"from_unixtime(1.5)", "1970-01-01 00:00:01.500 UTC"}, {"from_unixtime(0, 'Asia/Tokyo')", "1970-01-01 09:00:00.000 Asia/Tokyo"}, {"from_unixtime(0, 2, 30)", "1970-01-01 02:30:00.000 +02:30"}, {"to_unixtime(TIMESTAMP '1970-01-01 00:01:00.500')", "60.5"},
		{"from_iso8601_timestamp('2020-05-11T11:15:05+02:00')", "2020-05-11 11:15:05.000 +02:00"}, {"from_iso8601_timestamp('2020-05-11')", "2020-05-11 00:00:00.000 UTC"}, {"from_iso8601_date('2020-W10-1')", "2020-03-02"}, {"from_iso8601_date('2020-123')", "2020-05-02"},
		{"to_iso8601(DATE '2020-05-11')", "2020-05-11"}, {"to_iso8601(TIMESTAMP '2020-05-11 11:15:05.055 UTC')", "2020-05-11T11:15:05.055Z"}, {"last_day_of_month(DATE '2020-02-03')", "2020-02-29"}, {"date('2020-01-02')", "2020-01-02"}, {"date(TIMESTAMP '2020-01-02 03:04:05')", "2020-01-02"},
		{"date_trunc('hour', TIMESTAMP '2022-10-20 05:10:37')", "2022-10-20 05:00:00"}, {"date_trunc('week', DATE '2022-10-20')", "2022-10-17"}, {"date_trunc('quarter', DATE '2022-11-20')", "2022-10-01"}, {"date_trunc('month', TIMESTAMP '2022-10-20 05:10:37 Europe/Berlin')", "2022-10-01 00:00:00 Europe/Berlin"},
		{"date_add('second', 86, TIMESTAMP '2020-03-01 00:00:00')", "2020-03-01 00:01:26"}, {"date_add('month', 1, DATE '2020-01-31')", "2020-02-29"}, {"date_add('day', -30, TIMESTAMP '2020-03-01 00:00:00 UTC')", "2020-01-31 00:00:00 UTC"}, {"date_add('hour', 1, DATE '2020-01-31')", "!INVALID_FUNCTION_ARGUMENT"},
		{"date_diff('second', TIMESTAMP '2020-03-01 00:00:00', TIMESTAMP '2020-03-02 00:00:00')", "86400"}, {"date_diff('month', DATE '2020-01-31', DATE '2020-02-29')", "1"}, {"date_diff('day', DATE '2020-03-02', DATE '2020-03-01')", "-1"}, {"date_diff('year', DATE '2019-03-02', DATE '2020-03-01')", "0"},
		{"date_format(TIMESTAMP '2022-10-20 05:10:07.123', '%m-%d-%Y %H:%i:%s.%f %p %a %M %j %y %e')", "10-20-2022 05:10:07.123000 AM Thu October 293 22 20"}, {"date_parse('2022/10/20/05', '%Y/%m/%d/%H')", "2022-10-20 05:00:00.000"}, {"date_parse('20221020', '%Y%m%d')", "2022-10-20 00:00:00.000"},
		{"date_parse('x', '%Y')", "!INVALID_FUNCTION_ARGUMENT: Invalid format: \"x\""}, {"format_datetime(TIMESTAMP '2022-10-20 05:10:07', 'yyyy-MM-dd''T''HH:mm:ss EEE')", "2022-10-20T05:10:07 Thu"}, {"parse_datetime('2022-10-20 05:10 +0200', 'yyyy-MM-dd HH:mm Z')", "2022-10-20 05:10:00.000 +02:00"},
		{"parse_datetime('2018-05-30T12:00:01.123456Z', 'yyyy-MM-dd''T''HH:mm:ss.SSSSSS''Z')", "2018-05-30 12:00:01.123 UTC"}, {"format_datetime(TIMESTAMP '2022-10-20 05:10:07', 'h ''o''''clock''''''')", "5 o'clock'"}, {"format_datetime(TIMESTAMP '2022-10-20 05:10:07', 'h''''m')", "5'10"},
		{"parse_datetime('10/Oct/2000:13:55:36', 'dd/MMM/yyyy:HH:mm:ss')", "2000-10-10 13:55:36.000 UTC"}, {"extract(YEAR FROM DATE '2022-10-20')", "2022"}, {"day(DATE '2022-10-20')", "20"}, {"day_of_month(DATE '2022-10-20')", "20"}, {"day_of_week(DATE '2022-10-20')", "4"}, {"dow(DATE '2022-10-23')", "7"},
		{"day_of_year(DATE '2022-02-01')", "32"}, {"doy(DATE '2022-02-01')", "32"}, {"hour(TIMESTAMP '2022-10-20 05:10:07.123')", "5"}, {"millisecond(TIMESTAMP '2022-10-20 05:10:07.123')", "123"}, {"minute(TIMESTAMP '2022-10-20 05:10:07.123')", "10"}, {"month(DATE '2022-10-20')", "10"}, {"quarter(DATE '2022-10-20')", "4"},
		{"second(TIMESTAMP '2022-10-20 05:10:07.123')", "7"}, {"timezone_hour(TIMESTAMP '2022-10-20 05:10:00 +02:30')", "2"}, {"timezone_minute(TIMESTAMP '2022-10-20 05:10:00 +02:30')", "30"}, {"week(DATE '2021-01-01')", "53"}, {"week_of_year(DATE '2021-01-04')", "1"}, {"year(DATE '2022-10-20')", "2022"},
		{"year_of_week(DATE '2021-01-01')", "2020"}, {"yow(DATE '2021-01-01')", "2020"}, {"to_milliseconds(INTERVAL '1' DAY)", "86400000"}, {"parse_duration('3.81 d')", "3 19:26:24.000"}, {"hour(INTERVAL '1 05' DAY TO HOUR)", "5"}, {"TIMESTAMP '2020-01-01 00:00:00' - TIMESTAMP '2019-12-31 23:00:00'", "0 01:00:00.000"},
		{"DATE '2020-02-30'", "!INVALID_LITERAL: line 1:8: '2020-02-30' is not a valid DATE literal"},
	},
	"conversion": {
		{"CAST('12' AS integer)", "12"}, {"CAST('a' AS integer)", "!INVALID_CAST_ARGUMENT: Cannot cast 'a' to INT"}, {"TRY_CAST('a' AS integer)", "NULL"}, {"CAST(1.5 AS integer)", "2"}, {"CAST(-1.5e0 AS bigint)", "-2"}, {"CAST(300 AS tinyint)", "!NUMERIC_VALUE_OUT_OF_RANGE: Out of range for tinyint: 300"},
		{"CAST(1 AS varchar)", "1"}, {"CAST('abc' AS varchar(2))", "ab"}, {"CAST(12345 AS varchar(2))", "!INVALID_CAST_ARGUMENT"}, {"CAST(1.5e0 AS varchar)", "1.5E0"}, {"CAST(true AS integer)", "1"}, {"CAST('t' AS boolean)", "true"}, {"CAST('1.25' AS decimal(10,1))", "1.3"},
		{"CAST(123.45 AS decimal(4,2))", "!INVALID_CAST_ARGUMENT"}, {"CAST('2020-01-02' AS date)", "2020-01-02"}, {"CAST('2020-01-02 03:04:05.678' AS timestamp)", "2020-01-02 03:04:05.678"}, {"CAST(TIMESTAMP '2020-01-02 03:04:05' AS date)", "2020-01-02"}, {"CAST(DATE '2020-01-02' AS timestamp)", "2020-01-02 00:00:00.000"},
		{"CAST('2020-01-02 00:00:00 Asia/Tokyo' AS timestamp with time zone)", "2020-01-02 00:00:00.000 Asia/Tokyo"}, {"CAST(ARRAY[1, 2] AS array(varchar))", "[1, 2]"}, {"CAST(ROW(1, 'a') AS row(x bigint, y varchar))", "{x=1, y=a}"}, {"CAST(ROW(1, 'a') AS row(x bigint, y varchar)).y", "a"}, {"CAST(1e10 AS real)", "1.0E10"},
		{"CAST(ARRAY[1] AS varchar)", "!TYPE_MISMATCH: line 1:8: Cannot cast array(integer) to varchar"}, {"CAST('a' AS char(3)) || 'b'", "a  b"}, {"format('%s%%', 123)", "123%"}, {"format('%.5f', pi())", "3.14159"}, {"format('%03d', 8)", "008"}, {"format('%,.2f', 1234567.89)", "1,234,567.89"}, {"format('%-7s,%7s', 'hello', 'world')", "hello  ,  world"},
		{"format('%2$s %3$s %1$s', 'a', 'b', 'c')", "b c a"}, {"format_number(123456)", "123K"}, {"format_number(1000000)", "1M"}, {"parse_data_size('2.3MB')", "2411724"}, {"human_readable_seconds(3762)", "1 hour, 2 minutes, 42 seconds"}, {"typeof(1)", "integer"}, {"typeof(CAST(1 AS bigint))", "bigint"},
	},
	"conditional": {
		{"CASE 1 WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END", "one"}, {"CASE WHEN 1 = 2 THEN 'aaa' WHEN 2 = 2 THEN 'bbb' END", "bbb"}, {"CASE WHEN false THEN 1 / 0 ELSE 2 END", "2"}, {"if(true, 1)", "1"}, {"if(false, 1)", "NULL"}, {"if(false, 1, 2)", "2"}, {"coalesce(NULL, 2, 1 / 0)", "2"},
		{"nullif(1, 1)", "NULL"}, {"nullif(1, 2)", "1"}, {"try(1 / 0)", "NULL"}, {"coalesce(try(CAST('x' AS integer)), 7)", "7"},
	},
	"logical": {{"true AND NULL", "NULL"}, {"false AND NULL", "false"}, {"true OR NULL", "true"}, {"false OR NULL", "NULL"}, {"NOT NULL", "NULL"}, {"NOT true", "false"}},
	"array": {
		{"array_histogram(ARRAY[42, 7, 42, NULL])", "{42=2, 7=1}"}, {"dot_product(ARRAY[1.0, 2.0], ARRAY[3.0, 4.0])", "11.0"}, {"euclidean_distance(ARRAY[1.0, 2.0], ARRAY[4.0, 6.0])", "5.0"}, {"dot_product(ARRAY[1.0], ARRAY[3.0, 4.0])", "!INVALID_FUNCTION_ARGUMENT"},
		{"ARRAY[1, 2][1]", "1"}, {"ARRAY[1, 2][3]", "!INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: 3 > 2"}, {"ARRAY[1] || ARRAY[2]", "[1, 2]"}, {"ARRAY[1] || 2", "[1, 2]"}, {"2 || ARRAY[1]", "[2, 1]"}, {"all_match(ARRAY[1, 2], x -> x > 0)", "true"}, {"any_match(ARRAY[1, 2], x -> x > 1)", "true"},
		{"none_match(ARRAY[1, 2], x -> x > 2)", "true"}, {"array_distinct(ARRAY[1, 2, 1, NULL, NULL])", "[1, 2, null]"}, {"array_intersect(ARRAY[1, 2, 2], ARRAY[2, 3])", "[2]"}, {"array_union(ARRAY[1, 2], ARRAY[2, 3])", "[1, 2, 3]"}, {"array_except(ARRAY[1, 2, 3], ARRAY[2])", "[1, 3]"}, {"array_join(ARRAY[1, NULL, 2], ',')", "1,2"},
		{"array_join(ARRAY[1, NULL], ',', 'x')", "1,x"}, {"array_max(ARRAY[1, 3, 2])", "3"}, {"array_min(ARRAY[2, NULL])", "NULL"}, {"array_position(ARRAY[5, 6], 6)", "2"}, {"array_remove(ARRAY[1, 2, 1], 1)", "[2]"}, {"array_sort(ARRAY[3, NULL, 1])", "[1, 3, null]"}, {"array_sort(ARRAY[1, 3, 2], (a, b) -> IF(a < b, 1, IF(a = b, 0, -1)))", "[3, 2, 1]"},
		{"array_first(ARRAY[1, 2])", "1"}, {"array_last(ARRAY[1, 2])", "2"}, {"arrays_overlap(ARRAY[1, 2], ARRAY[2])", "true"}, {"arrays_overlap(ARRAY[1, NULL], ARRAY[2])", "NULL"}, {"cardinality(ARRAY[1, 2])", "2"}, {"concat(ARRAY[1], ARRAY[2], ARRAY[3])", "[1, 2, 3]"}, {"combinations(ARRAY[1, 2, 3], 2)", "[[1, 2], [1, 3], [2, 3]]"},
		{"contains(ARRAY[1, 2], 2)", "true"}, {"contains(ARRAY[1, NULL], 2)", "NULL"}, {"contains_sequence(ARRAY[1, 2, 3], ARRAY[2, 3])", "true"}, {"element_at(ARRAY[1, 2], -1)", "2"}, {"element_at(ARRAY[1, 2], 5)", "NULL"}, {"filter(ARRAY[5, -6, NULL, 7], x -> x > 0)", "[5, 7]"}, {"flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])", "[1, 2, 3]"},
		{"ngrams(ARRAY['a', 'b', 'c'], 2)", "[[a, b], [b, c]]"}, {"repeat('x', 3)", "[x, x, x]"}, {"reverse(ARRAY[1, 2])", "[2, 1]"}, {"sequence(1, 5)", "[1, 2, 3, 4, 5]"}, {"sequence(5, 1, -2)", "[5, 3, 1]"}, {"sequence(DATE '2020-01-30', DATE '2020-02-01')", "[2020-01-30, 2020-01-31, 2020-02-01]"},
		{"sequence(DATE '2020-01-31', DATE '2020-03-31', INTERVAL '1' MONTH)", "[2020-01-31, 2020-02-29, 2020-03-31]"}, {"cardinality(shuffle(ARRAY[1, 2, 3]))", "3"}, {"slice(ARRAY[1, 2, 3, 4], 2, 2)", "[2, 3]"}, {"slice(ARRAY[1, 2, 3, 4], -2, 5)", "[3, 4]"}, {"trim_array(ARRAY[1, 2, 3], 1)", "[1, 2]"},
		{"zip(ARRAY[1, 2], ARRAY['a'])", "[{field0=1, field1=a}, {field0=2, field1=null}]"}, {"zip_with(ARRAY[1, 2], ARRAY[3, 4], (x, y) -> x + y)", "[4, 6]"},
	},
	"lambda": {
		{"transform(ARRAY[5, 6], x -> x + 1)", "[6, 7]"}, {"transform(ARRAY[ARRAY[1, 2], ARRAY[3]], x -> transform(x, y -> y * cardinality(x)))", "[[2, 4], [3]]"}, {"reduce(ARRAY[5, 20, 50], 0, (s, x) -> s + x, s -> s)", "75"}, {"reduce(ARRAY[5, 20], CAST(ROW(0.0, 0) AS row(sum double, count integer)), (s, x) -> CAST(ROW(x + s.sum, s.count + 1) AS row(sum double, count integer)), s -> s.sum / s.count)", "12.5"},
		{"filter(ARRAY[1, 2, 3], x -> x % 2 = 1)", "[1, 3]"}, {"reduce(ARRAY[], 0, (s, x) -> s + x, s -> s)", "0"},
	},
	"map": {
		{"MAP(ARRAY['a', 'b'], ARRAY[1, 2])['b']", "2"}, {"MAP(ARRAY['a'], ARRAY[1])['b']", "!INVALID_FUNCTION_ARGUMENT: Key not present in map: b"}, {"cardinality(MAP(ARRAY['a'], ARRAY[1]))", "1"}, {"element_at(MAP(ARRAY['a'], ARRAY[1]), 'b')", "NULL"}, {"map()", "{}"}, {"map_from_entries(ARRAY[(1, 'x'), (2, 'y')])", "{1=x, 2=y}"},
		{"multimap_from_entries(ARRAY[(1, 'x'), (2, 'y'), (1, 'z')])", "{1=[x, z], 2=[y]}"}, {"map_entries(MAP(ARRAY[1], ARRAY['x']))", "[{field0=1, field1=x}]"}, {"map_concat(MAP(ARRAY[1], ARRAY['a']), MAP(ARRAY[1, 2], ARRAY['b', 'c']))", "{1=b, 2=c}"}, {"map_filter(MAP(ARRAY[10, 20], ARRAY['a', NULL]), (k, v) -> v IS NOT NULL)", "{10=a}"},
		{"map_keys(MAP(ARRAY[1, 2], ARRAY['a', 'b']))", "[1, 2]"}, {"map_values(MAP(ARRAY[1, 2], ARRAY['a', 'b']))", "[a, b]"}, {"map_zip_with(MAP(ARRAY[1, 2], ARRAY['a', 'b']), MAP(ARRAY[1], ARRAY['c']), (k, v1, v2) -> concat(v1, coalesce(v2, '-')))", "{1=ac, 2=b-}"}, {"transform_keys(MAP(ARRAY[1], ARRAY['a']), (k, v) -> k + 1)", "{2=a}"},
		{"transform_values(MAP(ARRAY[1], ARRAY[20]), (k, v) -> v + k)", "{1=21}"}, {"MAP(ARRAY[1, 1], ARRAY[1, 2])", "!INVALID_FUNCTION_ARGUMENT: Duplicate map keys (1) are not allowed"}, {"MAP(ARRAY[1, 2], ARRAY[3, 4]) = MAP(ARRAY[2, 1], ARRAY[4, 3])", "true"},
	},
	"json": {
		{"json_parse('{\"b\": 1, \"a\": [1, 2]}')", `{"a":[1,2],"b":1}`}, {"json_format(JSON '[1, 2]')", "[1,2]"}, {"is_json_scalar('1')", "true"}, {"is_json_scalar('[1]')", "false"}, {"json_array_contains('[1, 2, 3]', 2)", "true"}, {"json_array_get('[\"a\", [3]]', 1)", "[3]"}, {"json_array_get('[1, 2]', -1)", "2"}, {"json_array_length('[1, 2, 3]')", "3"},
		{`json_extract('{"a": {"b": [1, 2]}}', '$.a.b')`, "[1,2]"}, {`json_extract_scalar('{"a": {"b": [1, "x"]}}', '$.a.b[1]')`, "x"}, {`json_extract_scalar('{"a b": 1}', '$["a b"]')`, "1"}, {`json_extract_scalar('{"a": [1]}', '$.a')`, "NULL"}, {`json_size('{"x": {"a": 1, "b": 2}}', '$.x')`, "2"}, {"json_parse('{')", "!INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: '{'"},
		{"CAST(JSON '[1,23,456]' AS array(integer))", "[1, 23, 456]"}, {`CAST(JSON '{"k1":1,"k2":23}' AS map(varchar, integer))`, "{k1=1, k2=23}"}, {`CAST(JSON '{"v1":123,"v2":"abc"}' AS row(v1 bigint, v2 varchar))`, "{v1=123, v2=abc}"}, {"CAST(ARRAY[1, NULL] AS json)", "[1,null]"}, {"CAST(MAP(ARRAY['k'], ARRAY[true]) AS json)", `{"k":true}`},
		{`CAST(JSON '"abc"' AS varchar)`, "abc"}, {"CAST('abc' AS json)", `"abc"`}, {"CAST(ROW(1, 'a') AS json)", `{"":1,"":"a"}`}, {"CAST(JSON '1.5' AS double)", "1.5"}, {"CAST(JSON 'null' AS integer)", "NULL"},
	},
	"regexp": {
		{`regexp_count('1a 2b 14m', '\s*[a-z]+\s*')`, "3"}, {`regexp_extract('1a 2b 14m', '\d+')`, "1"}, {`regexp_extract('1a 2b 14m', '(\d+)([a-z]+)', 2)`, "a"}, {`regexp_extract_all('1a 2b 14m', '(\d+)([a-z]+)', 2)`, "[a, b, m]"}, {`regexp_like('1a 2b 14m', '\d+b')`, "true"}, {`regexp_position('I have 23 apples', '\b\d+\b')`, "8"}, {`regexp_position('a1 b2', '\d', 3)`, "5"},
		{`regexp_replace('1a 2b 14m', '\d+[ab] ')`, "14m"}, {`regexp_replace('1a 2b 14m', '(\d+)([ab]) ', '3c$2 ')`, "3ca 3cb 14m"}, {`regexp_replace('new york', '(\w)(\w*)', x -> upper(x[1]) || lower(x[2]))`, "New York"}, {`regexp_split('1a 2b 14m', '\s*[a-z]+\s*')`, "[1, 2, 14, ]"}, {`regexp_like('a', '(?<=b)a')`, "!NOT_SUPPORTED"}, {`regexp_extract('a', '(?<x>a)', 1)`, "a"},
	},
	"binary": {
		{"murmur3(X'')", "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"}, {"to_hex(murmur3(to_utf8('The quick brown fox jumps over the lazy dog')))", "6C1B07BC7BBC4BE347939AC4A93C437A"},
		{"length(X'0102')", "2"}, {"reverse(X'0102')", "02 01"}, {"to_base64(X'0102')", "AQI="}, {"to_base64url(X'FBFF')", "-_8="}, {"to_base32(to_utf8('abc'))", "MFRGG==="}, {"to_hex(X'0aff')", "0AFF"}, {"from_base64('AQI')", "01 02"}, {"from_base64url('-_8=')", "fb ff"}, {"from_base32('MFRGG===')", "61 62 63"}, {"from_hex('0AFF')", "0a ff"},
		{"to_big_endian_32(1)", "00 00 00 01"}, {"to_big_endian_64(1)", "00 00 00 00 00 00 00 01"}, {"from_big_endian_32(X'00000001')", "1"}, {"from_big_endian_64(X'0000000000000001')", "1"}, {"to_ieee754_32(CAST(1 AS real))", "3f 80 00 00"}, {"to_ieee754_64(1e0)", "3f f0 00 00 00 00 00 00"}, {"from_ieee754_32(X'3F800000')", "1.0"},
		{"from_ieee754_64(X'3FF0000000000000')", "1.0"}, {"crc32(to_utf8('abc'))", "891568578"}, {"to_hex(xxhash64(to_utf8('')))", "EF46DB3751D8E999"}, {"to_hex(md5(to_utf8('')))", "D41D8CD98F00B204E9800998ECF8427E"}, {"to_hex(sha1(to_utf8('')))", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"},
		{"substr(to_hex(sha256(to_utf8(''))), 1, 8)", "E3B0C442"}, {"substr(to_hex(sha512(to_utf8(''))), 1, 8)", "CF83E135"}, {"substr(to_hex(hmac_md5(to_utf8(''), to_utf8('k'))), 1, 8)", "CD32BEDD"}, {"length(hmac_sha1(to_utf8(''), to_utf8('k')))", "20"}, {"length(hmac_sha256(to_utf8(''), to_utf8('k')))", "32"}, {"length(hmac_sha512(to_utf8(''), to_utf8('k')))", "64"},
	},
	"url": {
		{"url_extract_protocol('https://h:8080/p/q?a=1&b=2#f')", "https"}, {"url_extract_host('https://h:8080/p/q?a=1&b=2#f')", "h"}, {"url_extract_port('https://h:8080/p/q?a=1&b=2#f')", "8080"}, {"url_extract_path('https://h:8080/p/q?a=1&b=2#f')", "/p/q"}, {"url_extract_query('https://h:8080/p/q?a=1&b=2#f')", "a=1&b=2"}, {"url_extract_fragment('https://h/p#f')", "f"},
		{"url_extract_parameter('https://h/p?a=1&b=2', 'b')", "2"}, {"url_encode('a b&c')", "a+b%26c"}, {"url_decode('a+b%26c')", "a b&c"},
	},
	"ip address": {{"contains('10.0.0.0/8', IPADDRESS '10.1.2.3')", "true"}, {"contains('2001:db8::/32', IPADDRESS '2001:db9::1')", "false"}, {"CAST(IPADDRESS '::ffff:1.2.3.4' AS varchar)", "1.2.3.4"}, {"IPADDRESS '1.2.3.4' < IPADDRESS '1.2.3.5'", "true"}},
	"uuid":       {{"length(CAST(uuid() AS varchar))", "36"}, {"UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'", "12151fd2-7586-11e9-8f9e-2a86e4085a59"}},
	"geospatial": { // https://trino.io/docs/current/functions/geospatial.html, and the results of Trino's own tests
		{"round(ST_Distance(ST_Point(-71.0882, 42.3607), ST_Point(-74.1197, 40.6976)), 4)", "3.4577"}, {"round(ST_Distance(to_spherical_geography(ST_Point(-71.0882, 42.3607)), to_spherical_geography(ST_Point(-74.1197, 40.6976))), 3)", "312822.179"}, {"round(great_circle_distance(36.12, -86.67, 33.94, -118.40), 6)", "2886.448973"}, {"great_circle_distance(100, 20, 30, 40)", "!INVALID_FUNCTION_ARGUMENT"},
		{"ST_Point(1, 2.5), typeof(ST_Point(1, 2))", "POINT (1 2.5)|Geometry"}, {"ST_AsText(ST_GeometryFromText('MULTIPOINT (0 0, 1 2)'))", "MULTIPOINT ((0 0), (1 2))"}, {"ST_AsText(ST_Polygon('POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))'))", "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))"}, {"ST_AsText(ST_GeometryFromText('GEOMETRYCOLLECTION (POINT(2 3), LINESTRING (2 3, 3 4))'))", "GEOMETRYCOLLECTION (POINT (2 3), LINESTRING (2 3, 3 4))"},
		{"ST_AsText(ST_LineFromText('LINESTRING EMPTY')), ST_AsText(ST_Polygon('POLYGON EMPTY')), ST_GeometryFromText('POINT EMPTY')", "MULTILINESTRING EMPTY|MULTIPOLYGON EMPTY|POINT EMPTY"}, {"ST_AsText(ST_GeomFromBinary(ST_AsBinary(ST_Point(1, 2))))", "POINT (1 2)"}, {"to_hex(ST_AsBinary(ST_Point(1, 2)))", "0101000000000000000000F03F0000000000000040"}, {"ST_GeomFromBinary(X'0103')", "!INVALID_FUNCTION_ARGUMENT"}, {"ST_GeomFromBinary(from_hex(rpad('', 2000, '010700000001000000')))", "!INVALID_FUNCTION_ARGUMENT"},
		{"ST_LineFromText('POINT (1 1)')", "!INVALID_FUNCTION_ARGUMENT"}, {"ST_GeometryFromText('POINT (1 1')", "!INVALID_FUNCTION_ARGUMENT"}, {"ST_GeometryFromText(rpad('', 100000, 'GEOMETRYCOLLECTION ('))", "!INVALID_FUNCTION_ARGUMENT"}, {"ST_LineString(ARRAY[ST_Point(1, 2), ST_Point(3, 4)])", "LINESTRING (1 2, 3 4)"}, {"ST_LineString(ARRAY[ST_Point(1, 2), NULL])", "!INVALID_FUNCTION_ARGUMENT"}, {"ST_MultiPoint(ARRAY[ST_Point(1, 2), ST_Point(3, 4)])", "MULTIPOINT ((1 2), (3 4))"}, {"CAST(ST_Point(1, 2) AS varchar)", "!TYPE_MISMATCH"},
		{"ST_Contains(g, p), ST_Within(p, g), ST_Intersects(g, p), ST_Disjoint(g, p), ST_Touches(g, ST_Point(0, 0)), ST_Contains(g, ST_Point(0, 0)) FROM (SELECT ST_Polygon('POLYGON ((0 0, 0 5, 5 5, 5 0, 0 0))') g, ST_Point(3, 2) p)", "true|true|true|false|true|false"}, {"ST_Crosses(a, b), ST_Overlaps(a, b), ST_Equals(a, ST_GeometryFromText('LINESTRING (2 2, 0 0)')), ST_Relate(a, b, '0********') FROM (SELECT ST_GeometryFromText('LINESTRING (0 0, 2 2)') a, ST_GeometryFromText('LINESTRING (0 2, 2 0)') b)", "true|false|true|true"},
		{"ST_Intersection(a, b), ST_Area(ST_Union(a, b)), ST_Area(ST_Difference(a, b)), ST_Area(ST_SymDifference(a, b)), ST_Area(geometry_union(ARRAY[a, b, NULL])) FROM (SELECT ST_Polygon('POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))') a, ST_Polygon('POLYGON ((1 1, 1 3, 3 3, 3 1, 1 1))') b)", "POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))|7.0|3.0|6.0|7.0"}, {"ST_Boundary(ST_GeometryFromText('LINESTRING (8 4, 5 7)'))", "MULTIPOINT ((8 4), (5 7))"}, {"ST_Envelope(ST_GeometryFromText('LINESTRING (1 1, 2 3)')), ST_EnvelopeAsPts(ST_GeometryFromText('LINESTRING (1 1, 2 3)'))", "POLYGON ((1 1, 1 3, 2 3, 2 1, 1 1))|[POINT (1 1), POINT (2 3)]"},
		{"ST_Area(ST_Buffer(ST_Point(0, 0), 1)) BETWEEN 3.1 AND 3.15, ST_Area(ST_Buffer(ST_GeometryFromText('LINESTRING (0 0, 10 0)'), 1)) BETWEEN 23.1 AND 23.15, ST_Area(ST_Buffer(ST_Polygon('POLYGON ((0 0, 0 5, 5 5, 5 0, 0 0))'), 1)) BETWEEN 48.1 AND 48.15", "true|true|true"}, {"ST_Buffer(ST_Point(0, 0), -1)", "!INVALID_FUNCTION_ARGUMENT"}, {"ST_Buffer(ST_Point(0, 0), 0)", "POINT (0 0)"}, {"ST_ConvexHull(ST_GeometryFromText('MULTIPOINT (0 0, 0 2, 1 1, 2 0, 2 2)'))", "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))"}, {"simplify_geometry(ST_GeometryFromText('LINESTRING (1 0, 2 0.1, 3 0)'), 1)", "LINESTRING (1 0, 3 0)"},
		{"ST_Area(ST_Polygon('POLYGON ((2 2, 2 6, 6 6, 6 2))'))", "16.0"}, {"ST_Centroid(ST_GeometryFromText('LINESTRING (1 1, 5 5)')), ST_PointOnSurface(ST_Point(1, 2))", "POINT (3 3)|POINT (1 2)"}, {"ST_CoordDim(g), ST_Dimension(g), ST_GeometryType(g), ST_IsClosed(g), ST_IsEmpty(g), ST_IsSimple(g), ST_IsRing(g), ST_IsValid(g), ST_Length(g), ST_NumPoints(g) FROM (SELECT ST_GeometryFromText('LINESTRING (0 0, 3 4, 0 4)') g)", "2|1|ST_LineString|false|false|true|false|true|8.0|3"},
		{"ST_XMin(g), ST_YMin(g), ST_XMax(g), ST_YMax(g), ST_NumInteriorRing(g), ST_InteriorRingN(g, 1), ST_InteriorRings(g), ST_ExteriorRing(g), ST_NumPoints(g) FROM (SELECT ST_Polygon('POLYGON ((0 0, 8 0, 0 9, 0 0), (1 1, 1 5, 5 1, 1 1))') g)", "0.0|0.0|8.0|9.0|1|LINESTRING (1 1, 1 5, 5 1, 1 1)|[LINESTRING (1 1, 1 5, 5 1, 1 1)]|LINESTRING (0 0, 8 0, 0 9, 0 0)|6"}, {"ST_X(ST_Point(1, 2)), ST_Y(ST_Point(1, 2)), ST_X(ST_GeometryFromText('POINT EMPTY'))", "1.0|2.0|NULL"}, {"ST_X(ST_GeometryFromText('LINESTRING (0 0, 1 1)'))", "!INVALID_FUNCTION_ARGUMENT"},
		{"ST_NumGeometries(g), ST_GeometryN(g, 2), ST_GeometryN(g, 3), ST_Geometries(g) FROM (SELECT ST_GeometryFromText('MULTIPOINT (1 2, 3 4)') g)", "2|POINT (3 4)|NULL|[POINT (1 2), POINT (3 4)]"}, {"ST_StartPoint(g), ST_EndPoint(g), ST_PointN(g, 2), ST_Points(g) FROM (SELECT ST_GeometryFromText('LINESTRING (8 4, 4 8, 5 6)') g)", "POINT (8 4)|POINT (5 6)|POINT (4 8)|[POINT (8 4), POINT (4 8), POINT (5 6)]"}, {"ST_IsValid(g), geometry_invalid_reason(g) IS NULL, ST_IsSimple(ST_GeometryFromText('LINESTRING (0 0, 2 2, 2 0, 0 2)')) FROM (SELECT ST_GeometryFromText('POLYGON ((0 0, 1 1, 0 1, 1 0, 0 0))') g)", "false|false|false"},
		{"line_locate_point(g, ST_Point(0, 0.2)), line_interpolate_point(g, 0.5), line_interpolate_points(g, 0.5) FROM (SELECT ST_GeometryFromText('LINESTRING (0 0, 0 1)') g)", "0.2|POINT (0 0.5)|[POINT (0 0.5), POINT (0 1)]"}, {"to_geojson_geometry(ST_Point(1, 2)), from_geojson_geometry('{\"type\": \"Point\", \"coordinates\": [1, 2]}'), typeof(from_geojson_geometry('{\"type\": \"Point\", \"coordinates\": [1, 2]}'))", "{\"type\":\"Point\",\"coordinates\":[1,2]}|POINT (1 2)|SphericalGeography"}, {"from_geojson_geometry('{}')", "!INVALID_FUNCTION_ARGUMENT"},
		{"round(ST_Area(to_spherical_geography(ST_GeometryFromText('POLYGON ((90 0, 0 0, 0 90, 90 0))'))) / 63758259139748.56, 6), round(ST_Length(to_spherical_geography(ST_GeometryFromText('LINESTRING (0 0, 0 90)'))) / 1000)", "1.0|10008.0"}, {"to_geometry(to_spherical_geography(ST_Point(1, 2)))", "POINT (1 2)"}, {"to_spherical_geography(ST_Point(1, 99))", "!INVALID_FUNCTION_ARGUMENT"}, {"ST_Intersects(to_spherical_geography(ST_Point(1, 2)), ST_Point(1, 2))", "!FUNCTION_NOT_FOUND"},
		{"bing_tile(3, 5, 3), bing_tile_quadkey(bing_tile(3, 5, 3)), bing_tile('213') = bing_tile(3, 5, 3), bing_tile_zoom_level(bing_tile('213')), bing_tile_coordinates(bing_tile('213')), typeof(bing_tile('213'))", "{x=3, y=5, zoom=3}|213|true|3|{x=3, y=5}|BingTile"}, {"bing_tile_at(30.12, 60, 15), bing_tile_polygon(bing_tile(0, 0, 0)) IS NULL", "{x=21845, y=13506, zoom=15}|false"}, {"bing_tile(2, 0, 1)", "!INVALID_FUNCTION_ARGUMENT"}, {"bing_tile('4')", "!INVALID_FUNCTION_ARGUMENT"}, {"bing_tile_at(89, 0, 3)", "!INVALID_FUNCTION_ARGUMENT"},
		{"transform(bing_tiles_around(30.12, 60, 1), x -> bing_tile_quadkey(x)), transform(bing_tiles_around(30.12, 60, 15), x -> bing_tile_quadkey(x))", "[0, 2, 1, 3]|[123030123010102, 123030123010120, 123030123010122, 123030123010103, 123030123010121, 123030123010123, 123030123010112, 123030123010130, 123030123010132]"}, {"transform(bing_tiles_around(30.12, 60, 1, 1000), x -> bing_tile_quadkey(x)), transform(bing_tiles_around(30.12, 60, 15, .5), x -> bing_tile_quadkey(x))", "[1]|[123030123010120, 123030123010121, 123030123010123]"}, {"bing_tiles_around(0, 0, 23, 1000)", "!INVALID_FUNCTION_ARGUMENT"},
		{"transform(geometry_to_bing_tiles(ST_Point(60, 30.12), 10), x -> bing_tile_quadkey(x)), transform(geometry_to_bing_tiles(ST_GeometryFromText('POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))'), 6), x -> bing_tile_quadkey(x))", "[1230301230]|[122220, 122222, 122221, 122223]"}, {"geometry_to_bing_tiles(ST_GeometryFromText('POLYGON ((-170 -80, -170 80, 170 80, 170 -80, -170 -80))'), 20)", "!INVALID_FUNCTION_ARGUMENT"},
		{"to_encoded_polyline(ST_GeometryFromText('LINESTRING (-120.2 38.5, -120.95 40.7, -126.453 43.252)'))", "_p~iF~ps|U_ulLnnqC_mqNvxq`@"}, {"from_encoded_polyline('_p~iF~ps|U_ulLnnqC_mqNvxq`@')", "LINESTRING (-120.2 38.5, -120.95 40.7, -126.453 43.252)"}, {"from_encoded_polyline('!')", "!INVALID_FUNCTION_ARGUMENT"},
		{"convex_hull_agg(g), ST_Area(geometry_union_agg(g)) FROM (VALUES ST_Polygon('POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))'), ST_Polygon('POLYGON ((1 0, 1 2, 3 2, 3 0, 1 0))')) t(g)", "POLYGON ((0 0, 3 0, 3 2, 0 2, 0 0))|6.0"}, {"convex_hull_agg(g) FROM (SELECT ST_Point(1, 2) g WHERE false)", "NULL"},
	},
	"color": {
		{"color('#0f8'), color('Red'), rgb(255, 0, 16)", "#00ff88|red|#ff0010"}, {"color('pink')", "!INVALID_FUNCTION_ARGUMENT"}, {"rgb(1, 2, 256)", "!INVALID_FUNCTION_ARGUMENT"}, {"color(0.5, color('#f00'), color('#0f0'))", "#ffff00"}, {"color(7, 0, 5, color('#f00'), color('#0f0'))", "#00ff00"}, {"color(0.5, color('red'), color('#0f0'))", "!INVALID_FUNCTION_ARGUMENT"}, {"typeof(color('red'))", "color"},
		{"render('x', color('red')), render(1, rgb(255, 0, 0)), render(1.5e0, color('#000'))", "\x1b[38;5;1mx\x1b[0m|\x1b[38;5;196m1\x1b[0m|\x1b[38;5;16m1.5\x1b[0m"}, {"render(true), render(1 = 2)", "\x1b[38;5;2m✓\x1b[0m|\x1b[38;5;1m✗\x1b[0m"}, {"bar(0.5, 4)", "\x1b[38;5;196m█\x1b[38;5;214m█\x1b[0m  "}, {"bar(2, 1, color('#00f'), color('#00f'))", "\x1b[38;5;21m█\x1b[0m"}, {"bar(1, 100000)", "!INVALID_FUNCTION_ARGUMENT"},
	},
	"time with time zone": { // https://trino.io/docs/current/language/types.html#time-p-with-time-zone
		{"TIME '01:02:03.456 -08:00'", "01:02:03.456-08:00"}, {"typeof(TIME '01:02:03.456 -08:00')", "time(3) with time zone"}, {"TIME '14:30:00.000000+05:30' = TIME '09:00:00.000000 +00:00'", "true"}, {"TIME '00:30 +01:00' > TIME '23:00 +00:00'", "true"}, {"TIME '10:00 -03:00' AT TIME ZONE '+02:00'", "15:00:00+02:00"}, {"TIME '10:00 -03:00' AT TIME ZONE INTERVAL '1' HOUR", "14:00:00+01:00"},
		{"CAST(TIME '10:00:00 -03:00' AS time)", "10:00:00.000"}, {"CAST(TIMESTAMP '2020-07-01 10:00:00.129 Europe/Berlin' AS time(2) with time zone)", "10:00:00.13+02:00"}, {"CAST(TIME '10:00:01' AS time(0) with time zone)", "10:00:01+00:00"}, {"CAST('10:00:01.5 +02:00' AS time with time zone)", "10:00:01.500+02:00"}, {"CAST(TIME '10:00 -03:00' AS varchar)", "10:00:00-03:00"}, {"TRY_CAST('10' AS time with time zone)", "NULL"},
		{"TIME '23:00 +02:00' + INTERVAL '2' HOUR", "01:00:00+02:00"}, {"TIME '10:00 +02:00' - TIME '10:00 +00:00'", "-0 02:00:00.000"}, {"hour(TIME '23:00 +02:00'), timezone_hour(TIME '23:00 +02:30'), timezone_minute(TIME '23:00 +02:30')", "23|2|30"}, {"date_trunc('hour', TIME '23:45 +02:00')", "23:00:00+02:00"}, {"date_add('minute', 90, TIME '23:00 +02:00')", "00:30:00+02:00"}, {"date_diff('hour', TIME '10:00 +02:00', TIME '10:00 +00:00')", "2"},
		{"TIME '10:00 +00:00' IN (TIME '11:00 +01:00')", "true"}, {"TIME '10:00' < TIME '10:00 -01:00'", "true"}, {"count(DISTINCT x) FROM (VALUES TIME '10:00 +00:00', TIME '11:00 +01:00') t(x)", "1"}, {"max(x) FROM (VALUES TIME '10:00 +00:00', TIME '10:00 -01:00') t(x)", "10:00:00-01:00"}, {"current_time = CAST(localtime AS time with time zone), typeof(current_time), typeof(current_time(6))", "true|time(3) with time zone|time(6) with time zone"},
		{"TIME '25:00 +02:00'", "!INVALID_LITERAL"}, {"CAST(DATE '2020-01-01' AS time with time zone)", "!TYPE_MISMATCH"}, {"CAST(TIME '10:00 +02:00' AS timestamp with time zone) = CAST(CAST(TIME '10:00 +02:00' AS timestamp) AS timestamp with time zone) - INTERVAL '2' HOUR", "true"}, {"CAST(ROW(TIME '10:00 +02:00') AS row(time with time zone))", "{field0=10:00:00.000+02:00}"},
	},
	"session": {{"current_user", "me"}, {"current_catalog", "awsdatacatalog"}, {"current_schema", "default"}},
}

func TestFunctions(t *testing.T) {
	m := world(t)
	for page, list := range pages {
		for _, c := range list {
			got := m.rows("SELECT " + c[0])
			if want, bad := strings.CutPrefix(c[1], "!"); bad && !strings.HasPrefix(got, want) || !bad && got != c[1] {
				t.Errorf("%s: %s\n\tgives %s\n\twants %s", page, c[0], got, c[1])
			}
		}
	}
}

// aggregated are aggregates and window functions over x = 1, 2, 3, 4, NULL with g = a, a, b, b, b.
var aggregated = map[string][][2]string{
	"aggregate": {
		{"any_value(g)", "a"}, {"arbitrary(x)", "1"}, {"array_agg(x)", "[1, 2, 3, 4, null]"}, {"array_agg(x ORDER BY x DESC) FILTER (WHERE x > 1)", "[4, 3, 2]"}, {"array_agg(DISTINCT g)", "[a, b]"}, {"avg(x)", "2.5"}, {"avg(CAST(x AS decimal(5,1)))", "2.5"}, {"bool_and(x > 0)", "true"}, {"bool_or(x > 4)", "false"}, {"every(x > 1)", "false"},
		{"length(checksum(x))", "8"}, {"count(*)", "5"}, {"count(x)", "4"}, {"count(DISTINCT g)", "2"}, {"count_if(x > 2)", "2"}, {"geometric_mean(x) BETWEEN 2.21 AND 2.22", "true"}, {"listagg(g, '-') WITHIN GROUP (ORDER BY g DESC)", "b-b-b-a-a"}, {"max(x)", "4"}, {"max(g)", "b"}, {"max(x, 2)", "[4, 3]"}, {"max_by(g, x)", "b"}, {"max_by(x, x, 2)", "[4, 3]"},
		{"min(x)", "1"}, {"min(x, 2)", "[1, 2]"}, {"min_by(g, x)", "a"}, {"min_by(x, x, 2)", "[1, 2]"}, {"sum(x)", "10"}, {"sum(x + 0.5)", "12.0"}, {"sum(CAST(x AS double))", "10.0"}, {"sum(CAST(x AS real))", "10.0"}, {"sum(x) FILTER (WHERE g = 'c')", "NULL"}, {"bitwise_and_agg(x)", "0"}, {"bitwise_or_agg(x)", "7"}, {"bitwise_xor_agg(x)", "4"},
		{"histogram(g)", "{a=2, b=3}"}, {"map_agg(x, g)", "{1=a, 2=a, 3=b, 4=b}"}, {"map_union(MAP(ARRAY[g], ARRAY[x]))", "{a=1, b=3}"}, {"multimap_agg(g, x)", "{a=[1, 2], b=[3, 4, null]}"}, {"approx_distinct(x)", "4"}, {"approx_distinct(x, 0.01)", "4"}, {"approx_percentile(x, 0.5)", "2"}, {"approx_percentile(x, ARRAY[0.25, 1.0])", "[1, 4]"},
		{"approx_percentile(x, x, 0.5)", "3"}, {"corr(x, x)", "1.0"}, {"covar_pop(x, x)", "1.25"}, {"covar_samp(x, x)", "1.6666666666666667"}, {"round(kurtosis(x), 9)", "-1.2"}, {"regr_intercept(x, x)", "0.0"}, {"regr_slope(2 * x, x)", "2.0"}, {"skewness(x)", "0.0"}, {"stddev(x)", "1.2909944487358056"}, {"stddev_pop(x)", "1.118033988749895"},
		{"stddev_samp(x)", "1.2909944487358056"}, {"variance(x)", "1.6666666666666667"}, {"var_pop(x)", "1.25"}, {"var_samp(x)", "1.6666666666666667"}, {"sum(9223372036854775807)", "!NUMERIC_VALUE_OUT_OF_RANGE"}, {"sum(sum(x))", "!NESTED_AGGREGATION"},
		{"reduce_agg(x, 0, (a, b) -> a + b, (a, b) -> a + b)", "10"}, {"reduce_agg(x, 1, (a, b) -> a * b, (a, b) -> a * b) FILTER (WHERE g = 'b')", "12"}, {"reduce_agg(x, 0e0, (s, x) -> s + x, (s, t) -> s + t)", "10.0"}, {"reduce_agg(x, 0, (a, b) -> x, (a, b) -> a)", "!COLUMN_NOT_FOUND"}, {"reduce_agg(x, 0)", "!FUNCTION_NOT_FOUND"}, {"reduce_agg(x, '', (a, b) -> 1, (a, b) -> 2)", "!TYPE_MISMATCH"},
		{"approx_most_frequent(1, g, 10)", "{b=3}"}, {"approx_most_frequent(3, x, 10) FILTER (WHERE x < 3)", "{1=1, 2=1}"}, {"approx_most_frequent(0, x, 10)", "!INVALID_FUNCTION_ARGUMENT"}, {"numeric_histogram(10, x)", "{1.0=1.0, 2.0=1.0, 3.0=1.0, 4.0=1.0}"}, {"numeric_histogram(2, x)", "{1.5=2.0, 3.5=2.0}"}, {"numeric_histogram(10, x, 2)", "{1.0=2.0, 2.0=2.0, 3.0=2.0, 4.0=2.0}"},
		{"listagg(g, ',' ON OVERFLOW TRUNCATE '.....' WITH COUNT) WITHIN GROUP (ORDER BY g)", "a,a,b,b,b"}, {"substr(listagg(rpad(g, 300000, g), ',' ON OVERFLOW TRUNCATE WITH COUNT) WITHIN GROUP (ORDER BY x), 900000)", "bbb,...(2)"}, {"substr(listagg(rpad(g, 300000, g), ',' ON OVERFLOW TRUNCATE '-' WITHOUT COUNT) WITHIN GROUP (ORDER BY x), 900000)", "bbb,-"},
		{"listagg(rpad(g, 300000, g), ',' ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY x)", "!EXCEEDED_FUNCTION_MEMORY_LIMIT"}, {"length(listagg(rpad(g, 1048576, g) ON OVERFLOW TRUNCATE WITH COUNT) WITHIN GROUP (ORDER BY x))", "1048582"},
	},
	"hyperloglog": {{"cardinality(approx_set(x))", "4"}, {"cardinality(merge(CAST(CAST(empty_approx_set() AS varbinary) AS hyperloglog)))", "NULL"}, {"cardinality(CAST(CAST(approx_set(x) AS varbinary) AS HyperLogLog))", "4"}, {"CAST(X'0102' AS HyperLogLog)", "!INVALID_CAST_ARGUMENT"}, {"cardinality(merge(empty_approx_set()))", "NULL"}},
	"tdigest": {
		{"value_at_quantile(tdigest_agg(x), 0.5)", "3.0"}, {"values_at_quantiles(tdigest_agg(x), ARRAY[0, 0.25, 0.75, 1])", "[1.0, 2.0, 4.0, 4.0]"}, {"value_at_quantile(tdigest_agg(x, x), 0.5) BETWEEN 3 AND 3.2", "true"}, {"value_at_quantile(tdigest_agg(x, 1, 50), 0.1)", "1.0"}, {"typeof(tdigest_agg(x))", "tdigest"}, {"value_at_quantile(CAST(CAST(tdigest_agg(x) AS varbinary) AS tdigest), 1)", "4.0"},
		{"value_at_quantile(tdigest_agg(x), 2)", "!INVALID_FUNCTION_ARGUMENT"}, {"tdigest_agg(x, 0)", "!INVALID_FUNCTION_ARGUMENT"}, {"tdigest_agg(x, 1, 1)", "!INVALID_FUNCTION_ARGUMENT"}, {"tdigest_agg(nan())", "!INVALID_FUNCTION_ARGUMENT"}, {"CAST(X'00' AS tdigest)", "!INVALID_CAST_ARGUMENT"}, {"tdigest_agg(x) FILTER (WHERE x > 9)", "NULL"}, {"merge(CAST(NULL AS tdigest))", "NULL"}, {"tdigest_agg(x) = tdigest_agg(x)", "!"},
	},
	"qdigest": {
		{"value_at_quantile(qdigest_agg(x), 0.5)", "3"}, {"values_at_quantiles(qdigest_agg(x), ARRAY[0, 0.25, 1])", "[1, 2, 4]"}, {"value_at_quantile(qdigest_agg(-x * 1.5e0), 0)", "-6.0"}, {"value_at_quantile(qdigest_agg(CAST(x AS real), 2), 0.9)", "4.0"}, {"quantile_at_value(qdigest_agg(x), 3)", "0.5"}, {"quantile_at_value(qdigest_agg(x), 9)", "NULL"}, {"typeof(qdigest_agg(x)), typeof(qdigest_agg(1e0 * x, 1, 0.5))", "qdigest(bigint)|qdigest(double)"},
		{"value_at_quantile(CAST(CAST(qdigest_agg(x) AS varbinary) AS qdigest(bigint)), 1)", "4"}, {"merge(CAST(NULL AS qdigest(real)))", "NULL"}, {"qdigest_agg(x, 0)", "!INVALID_FUNCTION_ARGUMENT"}, {"qdigest_agg(x, 1, 1)", "!INVALID_FUNCTION_ARGUMENT"}, {"CAST(X'00' AS qdigest(double))", "!INVALID_CAST_ARGUMENT"}, {"CAST(X'00' AS qdigest(varchar))", "!TYPE_NOT_FOUND"},
	},
	"setdigest": {
		{"cardinality(make_set_digest(x))", "4"}, {"hash_counts(make_set_digest(x % 2)) = MAP(ARRAY[1, 0], ARRAY[2, 2])", "false"}, {"cardinality(merge_set_digest(CAST(CAST(make_set_digest(g) AS varbinary) AS setdigest)))", "!NESTED_AGGREGATION"}, {"intersection_cardinality(make_set_digest(x), make_set_digest(x + 1))", "3"}, {"jaccard_index(make_set_digest(g), make_set_digest(g))", "1.0"}, {"CAST(X'00' AS setdigest)", "!INVALID_CAST_ARGUMENT"}, {"make_set_digest(ARRAY[x])", "!INVALID_FUNCTION_ARGUMENT"}, {"make_set_digest(x) FILTER (WHERE x > 9)", "NULL"},
	},
	"window": {
		{"row_number() OVER (ORDER BY x)", "1\n2\n3\n4\n5"}, {"rank() OVER (ORDER BY g)", "1\n1\n3\n3\n3"}, {"dense_rank() OVER (ORDER BY g)", "1\n1\n2\n2\n2"}, {"percent_rank() OVER (ORDER BY g)", "0.0\n0.0\n0.5\n0.5\n0.5"}, {"cume_dist() OVER (ORDER BY g)", "0.4\n0.4\n1.0\n1.0\n1.0"}, {"ntile(2) OVER (ORDER BY x)", "1\n1\n1\n2\n2"},
		{"first_value(x) OVER (PARTITION BY g ORDER BY x DESC NULLS FIRST)", "2\n2\nNULL\nNULL\nNULL"}, {"last_value(x) OVER (PARTITION BY g ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", "2\n2\nNULL\nNULL\nNULL"}, {"nth_value(x, 2) OVER (ORDER BY x)", "NULL\n2\n2\n2\n2"}, {"lead(x) OVER (ORDER BY x)", "2\n3\n4\nNULL\nNULL"},
		{"lag(x, 2, 0) OVER (ORDER BY x)", "0\n0\n1\n2\n3"}, {"sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)", "3\n6\n9\n7\n4"}, {"sum(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)", "1\n3\n5\n7\nNULL"}, {"count(*) OVER (ORDER BY g GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW)", "2\n2\n5\n5\n5"}, {"sum(x) OVER (PARTITION BY g)", "3\n3\n7\n7\n7"},
		{"last_value(x) IGNORE NULLS OVER (ORDER BY x)", "1\n2\n3\n4\n4"}, {"count(*) FILTER (WHERE x > 1) OVER ()", "3\n3\n3\n3\n3"},
	},
}

func TestAggregates(t *testing.T) {
	m := world(t)
	for _, pieces := range []int{1, 3} { // one worker, and two that merge
		m.add(t, "xs", "SELECT * FROM (VALUES (1, 'a'), (2, 'a'), (3, 'b'), (4, 'b'), (NULL, 'b')) AS t (x, g)", pieces)
		for page, list := range aggregated {
			for _, c := range list {
				got := m.rows("SELECT " + c[0] + " FROM xs")
				if page != "window" && pieces > 1 && (strings.HasPrefix(c[0], "array_agg(x)") || strings.Contains(c[0], "any_value") || strings.Contains(c[0], "map") || strings.HasPrefix(c[0], "array_agg(D") || strings.HasPrefix(c[0], "arb")) {
					continue // in the order of workers
				}
				if want, bad := strings.CutPrefix(c[1], "!"); bad && !strings.HasPrefix(got, want) || !bad && got != c[1] {
					t.Errorf("%s: %s\n\tgives %s\n\twants %s", page, c[0], got, c[1])
				}
			}
		}
	}
}

// TestEveryFunctionIsTried holds the tables above against what is declared, and counts.
func TestEveryFunctionIsTried(t *testing.T) {
	n := 0
	for page, names := range functions.Names() {
		var text strings.Builder
		for _, c := range append(pages[page], aggregated[page]...) {
			fmt.Fprintf(&text, "%s ", c[0])
		}
		for _, name := range names {
			if n++; !strings.Contains(strings.ToLower(text.String()), name+"(") && name != "like" && name != "random" && !(page == "string" && name == "normalize") && !(page == "ip address") {
				t.Errorf("%s of page %s is not tried", name, page)
			}
		}
	}
	const operators = 32 // + - * / % = <> < <= > >= || AND OR NOT IS NULL, IS DISTINCT FROM, BETWEEN, IN, LIKE, EXISTS, ALL, ANY, [], ., AT TIME ZONE, CASE, CAST, TRY_CAST, EXTRACT, ARRAY[], ROW()
	if n+operators < 250 {
		t.Errorf("%d functions and %d operators", n, operators)
	}
	t.Logf("%d functions and %d operators", n, operators)
}
