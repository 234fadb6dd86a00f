package logs_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	api "unyo/api/logs"
)

// processors reads a configuration as AWS's pages write it.
func processors(t *testing.T, text string) (list []api.Processor) {
	t.Helper()
	must(t, json.Unmarshal([]byte(text), &list))
	return list
}

// transformed is what TestTransformer makes of a message.
func (e *estate) transformed(config, message string) string {
	e.t.Helper()
	out, err := e.TestTransformer(e.ctx(), &api.TestTransformerInput{TransformerConfig: processors(e.t, config), LogEventMessages: []string{message}})
	must(e.t, err)
	return *out.TransformedLogs[0].TransformedEventMessage
}

const waf = `"timestamp":1576280412771,"formatVersion":1,"terminatingRuleId":"STMTest_SQLi_XSS","action":"BLOCK","terminatingRuleMatchDetails":[{"conditionType":"SQL_INJECTION","matchedData":["10","AND","1"]}],"ruleGroupList":[]`

const inners = `{"outer_key":[{"inner_key":"a","inner_value":"val-a"},{"inner_key":"b","inner_value":"val-b1"},{"inner_key":"b","inner_value":"val-b2"},{"inner_key":"c","inner_value":"val-c"}]`

// Every processor's example on AWS's pages, with its stated result.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-BuiltIn.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-StringMutate.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-JSONMutate.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Datatype.html
func TestTransformersDocumented(t *testing.T) {
	e := open(t)
	const outer = `{"outer_key":{"inner_key":"inner_value"}}`
	for _, x := range []struct{ name, config, message, want string }{
		{"parseJSON", `[{"parseJSON":{"destination":"new_key"}}]`, outer, `{"new_key":{"outer_key":{"inner_key":"inner_value"}}}`},
		{"grok 1", `[{"grok":{"match":"%{NUMBER:version} %{HOSTNAME:hostname} %{NOTSPACE:status} %{QUOTEDSTRING:logMsg}"}}]`,
			`293750 server-01.internal-network.local OK "[Thread-000] token generated"`,
			`{"version":"293750","hostname":"server-01.internal-network.local","status":"OK","logMsg":"[Thread-000] token generated"}`},
		{"grok 1b", `[{"grok":{"match":"%{HTTPDATE:timestamp} %{IPORHOST:clientip} %{NUMBER:response_status}"}}]`, `23/Nov/2024:10:25:15 -0900 172.16.0.1 200`,
			`{"timestamp":"23/Nov/2024:10:25:15 -0900","clientip":"172.16.0.1","response_status":"200"}`},
		{"grok 2", `[{"parseJSON":{}},{"grok":{"source":"logMsg","match":"%{WORD:http_method} %{NOTSPACE:request} HTTP/%{NUMBER:http_version}"}}]`,
			`{"timestamp":"2024-11-23T16:03:12Z","level":"ERROR","logMsg":"GET /page.html HTTP/1.1"}`,
			`{"timestamp":"2024-11-23T16:03:12Z","level":"ERROR","logMsg":"GET /page.html HTTP/1.1","http_method":"GET","request":"/page.html","http_version":"1.1"}`},
		{"grok 3", `[{"grok":{"match":"%{IP:client.ip} %{WORD:method} %{URIPATHPARAM:request.uri} %{NUMBER:response.status} %{NUMBER:response.bytes}"}}]`,
			`192.168.1.1 GET /index.html?param=value 200 1234`,
			`{"client":{"ip":"192.168.1.1"},"method":"GET","request":{"uri":"/index.html?param=value"},"response":{"status":"200","bytes":"1234"}}`},
		{"apache", `[{"grok":{"match":"%{APACHE_ACCESS_LOG}"}}]`, `127.0.0.1 - - [03/Aug/2023:12:34:56 +0000] "GET /page.html HTTP/1.1" 200 1234`,
			`{"request":"/page.html","http_method":"GET","status_code":200,"http_version":"1.1","response_size":1234,"remote_host":"127.0.0.1","timestamp":"2023-08-03T12:34:56Z"}`},
		{"nginx", `[{"grok":{"match":"%{NGINX_ACCESS_LOG}"}}]`,
			`192.168.1.100 - Foo [03/Aug/2023:12:34:56 +0000] "GET /account/login.html HTTP/1.1" 200 42 "https://www.amazon.com/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92.0.4515.131 Safari/537.36"`,
			`{"request":"/account/login.html","referrer":"https://www.amazon.com/","agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92.0.4515.131 Safari/537.36","http_method":"GET","status_code":200,"auth_user":"Foo","http_version":"1.1","response_size":42,"remote_host":"192.168.1.100","timestamp":"2023-08-03T12:34:56Z"}`},
		{"syslog", `[{"grok":{"match":"%{SYSLOG5424}"}}]`,
			`<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource= "Application" eventID="1011"][examplePriority@32473 class="high"]`,
			`{"pri":165,"version":1,"timestamp":"2003-10-11T22:14:15.003Z","hostname":"mymachine.example.com","app":"evntslog","msg_id":"ID47","structured_data":"exampleSDID@32473 iut=\"3\" eventSource= \"Application\" eventID=\"1011\"","message":"[examplePriority@32473 class=\"high\"]"}`},
		{"csv", `[{"csv":{"delimiter":":","quoteCharacter":"'"}}]`, `'Akua Mansa':28:'New York: USA'`, `{"column_1":"Akua Mansa","column_2":"28","column_3":"New York: USA"}`},
		{"parseKeyValue", `[{"parseKeyValue":{"destination":"new_key","fieldDelimiter":"!","keyValueDelimiter":":","nonMatchValue":"defaultValue","keyPrefix":"parsed_"}}]`,
			`key1:value1!key2:value2!key3:value3!key4`, `{"new_key":{"parsed_key1":"value1","parsed_key2":"value2","parsed_key3":"value3","parsed_key4":"defaultValue"}}`},
		{"parseWAF", `[{"parseWAF":{}}]`,
			`{` + waf + `,"httpRequest":{"clientIp":"1.1.1.1","country":"AU","headers":[{"name":"Host","value":"localhost:1989"},{"name":"User-Agent","value":"curl/7.61.1"},{"name":"Accept","value":"*/*"},{"name":"x-stm-test","value":"10 AND 1=1"}],"uri":"/myUri"},"labels":[{"name":"value"}]}`,
			`{` + waf + `,"httpRequest":{"headers":{"Host":"localhost:1989","User-Agent":"curl/7.61.1","Accept":"*/*","x-stm-test":"10 AND 1=1"},"clientIp":"1.1.1.1","country":"AU","uri":"/myUri"},"labels":{"name":"value"}}`},
		{"parsePostgres", `[{"parsePostgres":{}}]`, `2019-03-10 03:54:59 UTC:10.0.0.123(52834):postgres@logtestdb:[20175]:ERROR: column "wrong_column_name" does not exist at character 8`,
			`{"logTime":"2019-03-10 03:54:59 UTC","srcIp":"10.0.0.123(52834)","userName":"postgres","dbName":"logtestdb","processId":"20175","logLevel":"ERROR"}`},
		{"parseCloudfront", `[{"parseCloudfront":{}}]`,
			`2019-12-04  21:02:31   LAX1   392    192.0.2.24    GET    d111111abcdef8.cloudfront.net  /index.html    200    -  Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/78.0.3904.108%20Safari/537.36  -  -  Hit    SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==   d111111abcdef8.cloudfront.net  https  23 0.001  -  TLSv1.2    ECDHE-RSA-AES128-GCM-SHA256    Hit    HTTP/2.0   -  -  11040  0.001  Hit    text/html  78 -  -`,
			`{"date":"2019-12-04","time":"21:02:31","x-edge-location":"LAX1","sc-bytes":392,"c-ip":"192.0.2.24","cs-method":"GET","cs(Host)":"d111111abcdef8.cloudfront.net","cs-uri-stem":"/index.html","sc-status":200,"cs(Referer)":"-","cs(User-Agent)":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36","cs-uri-query":"-","cs(Cookie)":"-","x-edge-result-type":"Hit","x-edge-request-id":"SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==","x-host-header":"d111111abcdef8.cloudfront.net","cs-protocol":"https","cs-bytes":23,"time-taken":0.001,"x-forwarded-for":"-","ssl-protocol":"TLSv1.2","ssl-cipher":"ECDHE-RSA-AES128-GCM-SHA256","x-edge-response-result-type":"Hit","cs-protocol-version":"HTTP/2.0","fle-status":"-","fle-encrypted-fields":"-","c-port":11040,"time-to-first-byte":0.001,"x-edge-detailed-result-type":"Hit","sc-content-type":"text/html","sc-content-len":78,"sc-range-start":"-","sc-range-end":"-"}`},
		{"parseRoute53", `[{"parseRoute53":{}}]`, `1.0 2017-12-13T08:15:50.235Z Z123412341234 example.com AAAA NOERROR TCP IAD12 192.0.2.0 198.51.100.0/24`,
			`{"version":1.0,"queryTimestamp":"2017-12-13T08:15:50.235Z","hostZoneId":"Z123412341234","queryName":"example.com","queryType":"AAAA","responseCode":"NOERROR","protocol":"TCP","edgeLocation":"IAD12","resolverIp":"192.0.2.0","ednsClientSubnet":"198.51.100.0/24"}`},
		{"parseVPC", `[{"parseVPC":{}}]`, `2 123456789010 eni-abc123de 192.0.2.0 192.0.2.24 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK`,
			`{"version":2,"accountId":"123456789010","interfaceId":"eni-abc123de","srcAddr":"192.0.2.0","dstAddr":"192.0.2.24","srcPort":20641,"dstPort":22,"protocol":6,"packets":20,"bytes":4249,"start":1418530010,"end":1418530070,"action":"ACCEPT","logStatus":"OK"}`},
		{"lowerCaseString", `[{"parseJSON":{}},{"lowerCaseString":{"withKeys":["outer_key.inner_key"]}}]`, `{"outer_key":{"inner_key":"INNER_VALUE"}}`, outer},
		{"upperCaseString", `[{"parseJSON":{}},{"upperCaseString":{"withKeys":["outer_key.inner_key"]}}]`, outer, `{"outer_key":{"inner_key":"INNER_VALUE"}}`},
		{"splitString 1", `[{"parseJSON":{}},{"splitString":{"entries":[{"source":"outer_key.inner_key","delimiter":"_"}]}}]`, outer, `{"outer_key":{"inner_key":["inner","value"]}}`},
		{"splitString 2", `[{"parseJSON":{}},{"splitString":{"entries":[{"source":"outer_key.inner_key","delimiter":", "}]}}]`, `{"outer_key":{"inner_key":"item1, item2, item3"}}`,
			`{"outer_key":{"inner_key":["item1","item2","item3"]}}`},
		{"substituteString 1", `[{"parseJSON":{}},{"substituteString":{"entries":[{"source":"outer_key.inner_key1","from":"\\[\\]","to":"value1"},{"source":"outer_key.inner_key2","from":"[0-9]{3}-[0-9]{3}-[0-9]{3}","to":"xxx-xxx-xxx"},{"source":"outer_key.inner_key3","from":"cat","to":"dog"}]}}]`,
			`{"outer_key":{"inner_key1":"[]","inner_key2":"123-345-567","inner_key3":"A cat takes a catnap."}}`,
			`{"outer_key":{"inner_key1":"value1","inner_key2":"xxx-xxx-xxx","inner_key3":"A dog takes a dognap."}}`},
		{"substituteString 2", `[{"parseJSON":{}},{"substituteString":{"entries":[{"source":"outer_key.inner_key1","from":"(\\w+), (\\w+), and (\\w+)","to":"$1 and $3"},{"source":"outer_key.inner_key2","from":"^arn:aws:sts::(?P<account_id>\\d{12}):assumed-role/(?P<role_name>[\\w+=,.@-]+)/(?P<role_session_name>[\\w+=,.@-]+)$","to":"${account_id}:${role_name}:${role_session_name}"}]}}]`,
			`{"outer_key":{"inner_key1":"Tom, Dick, and Harry","inner_key2":"arn:aws:sts::123456789012:assumed-role/MyImportantRole/MySession"}}`,
			`{"outer_key":{"inner_key1":"Tom and Harry","inner_key2":"123456789012:MyImportantRole:MySession"}}`},
		{"trimString", `[{"parseJSON":{}},{"trimString":{"withKeys":["outer_key.inner_key"]}}]`, `{"outer_key":{"inner_key":"   inner_value  "}}`, outer},
		{"addKeys", `[{"parseJSON":{}},{"addKeys":{"entries":[{"key":"outer_key.new_key","value":"new_value"}]}}]`, outer, `{"outer_key":{"inner_key":"inner_value","new_key":"new_value"}}`},
		{"deleteKeys", `[{"parseJSON":{}},{"deleteKeys":{"withKeys":["outer_key.inner_key"]}}]`, outer, `{"outer_key":{}}`},
		{"moveKeys", `[{"parseJSON":{}},{"moveKeys":{"entries":[{"source":"outer_key1.inner_key1","target":"outer_key2"}]}}]`,
			`{"outer_key1":{"inner_key1":"inner_value1"},"outer_key2":{"inner_key2":"inner_value2"}}`, `{"outer_key1":{},"outer_key2":{"inner_key2":"inner_value2","inner_key1":"inner_value1"}}`},
		{"renameKeys", `[{"parseJSON":{}},{"renameKeys":{"entries":[{"key":"outer_key","renameTo":"new_key"}]}}]`, outer, `{"new_key":{"inner_key":"inner_value"}}`},
		// The page copies outer_key.new_key, which is not there, and shows the value of outer_key.inner_key.
		{"copyValue", `[{"parseJSON":{}},{"copyValue":{"entries":[{"source":"outer_key.inner_key","target":"new_key"},{"source":"@accountId","target":"account_id"},{"source":"@regionName","target":"region_name"}]}}]`,
			outer, `{"outer_key":{"inner_key":"inner_value"},"new_key":"inner_value","account_id":"111111111111","region_name":"eu-central-1"}`},
		{"listToMap 1", `[{"parseJSON":{}},{"listToMap":{"source":"outer_key","key":"inner_key","valueKey":"inner_value","flatten":false}}]`, inners + `}`,
			inners + `,"a":["val-a"],"b":["val-b1","val-b2"],"c":["val-c"]}`},
		{"listToMap 2", `[{"parseJSON":{}},{"listToMap":{"source":"outer_key","key":"inner_key","valueKey":"inner_value","flatten":true,"flattenedElement":"first"}}]`, inners + `}`,
			inners + `,"a":"val-a","b":"val-b1","c":"val-c"}`},
		{"listToMap 3", `[{"parseJSON":{}},{"listToMap":{"source":"outer_key","key":"inner_key","valueKey":"inner_value","flatten":true,"flattenedElement":"last"}}]`, inners + `}`,
			inners + `,"a":"val-a","b":"val-b2","c":"val-c"}`},
		{"typeConverter", `[{"parseJSON":{}},{"typeConverter":{"entries":[{"key":"status","type":"integer"}]}}]`, `{"name":"value","status":"200"}`, `{"name":"value","status":200}`},
		// The page shows 17:00:00 MEZ, as if the two zones were swapped; this is what it says that they mean.
		{"dateTimeConverter", `[{"parseJSON":{}},{"dateTimeConverter":{"source":"german_datetime","target":"target_1","locale":"de","matchPatterns":["EEEE dd. MMMM yyyy HH:mm:ss"],"sourceTimezone":"Europe/Berlin","targetTimezone":"America/New_York","targetFormat":"yyyy-MM-dd'T'HH:mm:ss z"}}]`,
			`{"german_datetime":"Samstag 05. Dezember 1998 11:00:00"}`, `{"german_datetime":"Samstag 05. Dezember 1998 11:00:00","target_1":"1998-12-05T05:00:00 EST"}`},
		// Not of the pages.
		{"columns", `[{"csv":{"delimiter":"\\t","columns":["a.b","c"],"destination":"row"}}]`, "1\t\"x \"\"y\"\"\"\t3", `{"row":{"a":{"b":"1"},"c":"x \"y\"","column_3":"3"}}`},
		{"overwrite", `[{"parseJSON":{}},{"addKeys":{"entries":[{"key":"a","value":"2"},{"key":"b","value":"2","overwriteIfExists":true}]}}]`, `{"a":"1","b":"1"}`, `{"a":"1","b":"2"}`},
		{"default format", `[{"parseJSON":{}},{"dateTimeConverter":{"source":"t","target":"u","matchPatterns":["dd/MMM/yyyy:HH:mm:ss Z","yyyyMMdd HHmmssSSS"],"targetTimezone":"+0100"}}]`,
			`{"t":"20260102 030405678"}`, `{"t":"20260102 030405678","u":"2026-01-02T04:04:05.678Z"}`},
		{"fails", `[{"parseJSON":{}}]`, `no JSON`, `{"@transformationError":"parseJSON: it is no JSON object"}`},
		{"too long", `[{"csv":{}}]`, strings.Repeat("x", 512<<10+1), `{"@transformationError":"the log event has 524289 bytes, more than the 524288 that are transformed"}`},
	} {
		var got, wanted any
		text := e.transformed(x.config, x.message)
		must(t, json.Unmarshal([]byte(x.want), &wanted))
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, wanted) {
			t.Errorf("%s: %s %v, want %s", x.name, text, err, x.want)
		}
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Create.html
func TestTransformersRefused(t *testing.T) {
	e := open(t)
	e.group("g")
	for _, x := range []struct{ config, why string }{
		{`[]`, "1 to 20"},
		{`[` + strings.Repeat(`{"parseJSON":{}},`, 20) + `{"parseJSON":{}}]`, "1 to 20"},
		{`[{"addKeys":{"entries":[{"key":"a","value":"b"}]}}]`, "must be a parser"},
		{`[{"parseJSON":{}},{"parseVPC":{}}]`, "must be the first"},
		{`[{"parseVPC":{}},{"parseVPC":{}}]`, "must be the first"},
		{`[{"parseVPC":{"source":"a"}}]`, "accepts only @message"},
		{`[{"parseJSON":{"source":"a"}}]`, "must be @message"},
		{`[{"grok":{"match":"%{IP:a}"}},{"grok":{"match":"%{IP:a}"}}]`, "only one grok"},
		{`[{"parseJSON":{}},{"addKeys":{"entries":[{"key":"a","value":"b"}]}},{"addKeys":{"entries":[{"key":"a","value":"b"}]}}]`, "only one addKeys"},
		{`[{"parseJSON":{}},{"copyValue":{"entries":[{"source":"a","target":"b"}]}},{"copyValue":{"entries":[{"source":"a","target":"b"}]}}]`, "only one copyValue"},
		{`[` + strings.Repeat(`{"parseJSON":{}},`, 5) + `{"csv":{}}]`, "at most 5"},
		{`[{}]`, "exactly one"},
		{`[{"parseJSON":{},"csv":{}}]`, "exactly one"},
		{`[{"parseToOCSF":{"eventSource":"VPCFlow","ocsfVersion":"V1.1"}}]`, "parseToOCSF is not supported"},
		{`[{"parseJSON":{"destination":"a.b.c.d"}}]`, "1 to 3 keys"},
		{`[{"parseJSON":{"destination":"` + strings.Repeat("x", 129) + `"}}]`, "128 characters"},
		{`[{"csv":{"columns":[` + strings.Repeat(`"`+strings.Repeat("x", 120)+`",`, 600) + `"y"]}}]`, "this estate keeps"},
		{`[{"parseJSON":{}},{"substituteString":{"entries":[{"source":"a","from":"(?<=x)y","to":""}]}}]`, "not supported"},
		{`[{"parseJSON":{}},{"substituteString":{"entries":[{"source":"a","from":"(x)","to":"$1$1$1"}]}}]`, "more than 2 times"},
		{`[{"parseJSON":{}},{"substituteString":{"entries":[{"source":"a","from":"x","to":"$1"}]}}]`, "number of a group"},
		{`[{"parseJSON":{}},{"dateTimeConverter":{"source":"t","target":"u","matchPatterns":["EEEE"],"locale":"tlh"}}]`, "locale"},
		{`[{"parseJSON":{}},{"dateTimeConverter":{"source":"t","target":"u","matchPatterns":["HH"],"sourceTimezone":"Mars"}}]`, "no time zone"},
		{`[{"parseJSON":{}},{"listToMap":{"source":"a","key":"k","flatten":true}}]`, "flattenedElement"},
	} {
		_, err := e.PutTransformer(e.ctx(), &api.PutTransformerInput{LogGroupIdentifier: new("g"), TransformerConfig: processors(t, x.config)})
		wantCode(t, err, "InvalidParameterException")
		if err != nil && !strings.Contains(err.Error(), x.why) {
			t.Errorf("%s: %v, want %s", x.config, err, x.why)
		}
	}
}
