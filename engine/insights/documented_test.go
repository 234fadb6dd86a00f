package insights

import "testing"

// The sample queries of AWS's pages, over lines such as they are meant for.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-examples.html
func TestSamples(t *testing.T) {
	general := lines("first", "an Exception", "an exception", "java.lang.Exception: x")
	lambda := lines("REPORT RequestId: a\tDuration: 100 ms\tBilled Duration: 100 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB", "START RequestId: a Version: 1", "REPORT RequestId: b\tDuration: 51 ms\tBilled Duration: 100 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB")
	flow := lines("2 1 eni-1 192.0.2.1 10.0.0.1 1 443 6 10 1000 1 2 ACCEPT OK", "2 1 eni-1 192.0.2.1 10.0.0.1 1 53 17 5 500 1 2 ACCEPT OK", "2 1 eni-1 198.51.100.1 10.0.0.2 1 53 17 7 700 1 2 ACCEPT OK", "2 1 eni-1 - - - - - - - 1 2 - SKIPDATA")
	dns := lines("1.0 2017-12-13T08:16:02Z Z1 example.com A NOERROR UDP FRA6 192.168.1.1 -", "1.0 2017-12-13T08:16:03Z Z1 example.com AAAA SERVFAIL UDP FRA6 192.168.1.2 -", "1.0 2017-12-13T08:16:04Z Z1 www.example.com A SERVFAIL UDP FRA6 192.168.1.2 -")
	trail := lines(`{"eventSource":"ec2.amazonaws.com","eventName":"StartInstances","awsRegion":"us-east-2","region":"us-east-2"}`,
		`{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","requestParameters":{"userName":"Bob"},"responseElements":{"user":{"arn":"arn:aws:iam::1:user/Bob"}}}`,
		`{"eventSource":"cloudtrail.amazonaws.com","eventName":"UpdateTrail","awsRegion":"us-east-1","errorCode":"AccessDenied","errorMessage":"no"}`, `{"eventSource":"cloudtrail.amazonaws.com","eventName":"UpdateTrail","awsRegion":"us-east-1"}`)
	calls := lines("user=ann, method:get, latency := 10", "user=ann, method:get, latency := 20", "user=bob, method:put, latency := 7", "none")
	typed := lines("10:00 [ERROR] it broke", "10:01 [INFO] it works", "10:02 [DEBUG] it is")
	line := lines("25 May 2019 10:24:39,474 [ERROR] {foo=2, bar=data} The error was: DataIntegrityException")
	for _, x := range []struct {
		m           *memory
		query, want string
	}{
		{general, "fields @timestamp, @message | sort @timestamp desc | limit 2", "@timestamp=2026-01-01 00:00:03.000 @message=java.lang.Exception: x\n@timestamp=2026-01-01 00:00:02.000 @message=an exception"},
		{general, "filter @message like /Exception/ \n    | stats count(*) as exceptionCount by bin(1h)\n    | sort exceptionCount desc", "bin(1h)=2026-01-01 00:00:00.000 exceptionCount=2"},
		{general, "fields @message | filter @message not like /Exception/", "@message=an exception\n@message=first"},
		{general, "fields @message | filter @message like /(?i)Exception/ | limit 1", "@message=java.lang.Exception: x"},
		{general, "fields @message | filter @message =~ /^(?i)an Exception$/ | sort @timestamp", "@message=an Exception\n@message=an exception"},
		{general, "fields @timestamp, @message\n    # | filter @message like /delay/\n    | limit 1", "@timestamp=2026-01-01 00:00:03.000 @message=java.lang.Exception: x"},
		{lambda, "filter @type = \"REPORT\"\n | stats max(@memorySize / 1000 / 1000) as provisonedMemoryMB,\n min(@maxMemoryUsed / 1000 / 1000) as smallestMemoryRequestMB,\n avg(@maxMemoryUsed / 1000 / 1000) as avgMemoryUsedMB,\n max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB,\n provisonedMemoryMB - maxMemoryUsedMB as overProvisionedMB",
			"provisonedMemoryMB=128 smallestMemoryRequestMB=60 avgMemoryUsedMB=62 maxMemoryUsedMB=64 overProvisionedMB=64"},
		{lambda, "filter @type = \"REPORT\" | stats avg(@duration), max(@duration), min(@duration) by bin(5m)", "bin(5m)=2026-01-01 00:00:00.000 avg(@duration)=75.5 max(@duration)=100 min(@duration)=51"},
		{flow, "stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred  desc | limit 15", "srcAddr=192.0.2.1 dstAddr=10.0.0.1 packetsTransferred=15\nsrcAddr=198.51.100.1 dstAddr=10.0.0.2 packetsTransferred=7\n"},
		{flow, `filter isIpv4InSubnet(srcAddr, "192.0.2.0/24") | stats sum(bytes) as bytesTransferred by dstAddr | sort bytesTransferred desc | limit 15`, "dstAddr=10.0.0.1 bytesTransferred=1500"},
		{flow, "filter protocol=17 | stats count(*) by srcAddr", "srcAddr=192.0.2.1 count(*)=1\nsrcAddr=198.51.100.1 count(*)=1"},
		{flow, `filter logStatus="SKIPDATA" | stats count(*) by bin(1h) as t | sort t`, "t=2026-01-01 00:00:00.000 count(*)=1"},
		{dns, "stats count(*) by queryType, bin(1h)", "queryType=A bin(1h)=2026-01-01 00:00:00.000 count(*)=2\nqueryType=AAAA bin(1h)=2026-01-01 00:00:00.000 count(*)=1"},
		{dns, "stats count(*) as numRequests by resolverIp | sort numRequests desc | limit 10", "resolverIp=192.168.1.2 numRequests=2\nresolverIp=192.168.1.1 numRequests=1"},
		{dns, `filter responseCode="SERVFAIL" | stats count(*) by queryName`, "queryName=example.com count(*)=1\nqueryName=www.example.com count(*)=1"},
		{trail, "stats count(*) by eventSource, eventName, awsRegion | sort eventSource | limit 1", "eventSource=cloudtrail.amazonaws.com eventName=UpdateTrail awsRegion=us-east-1 count(*)=2"},
		{trail, `filter (eventName="StartInstances" or eventName="StopInstances") and region="us-east-2" | stats count(*)`, "count(*)=1"},
		{trail, `filter eventName="CreateUser" | fields awsRegion, requestParameters.userName, responseElements.user.arn`, "awsRegion=us-east-1 requestParameters.userName=Bob responseElements.user.arn=arn:aws:iam::1:user/Bob"},
		{trail, `filter eventName="UpdateTrail" and ispresent(errorCode) | stats count(*) by errorCode, errorMessage`, "errorCode=AccessDenied errorMessage=no count(*)=1"},
		{calls, "parse @message \"user=*, method:*, latency := *\" as @user,\n    @method, @latency | stats avg(@latency) by @method,\n    @user", "\n@method=get @user=ann avg(@latency)=15\n@method=put @user=bob avg(@latency)=7"},
		{calls, `parse @message /user=(?<user2>.*?), method:(?<method2>.*?), latency := (?<latency2>\d+)/ | stats avg(latency2) by method2, user2`, "\nmethod2=get user2=ann avg(latency2)=15\nmethod2=put user2=bob avg(latency2)=7"},
		{typed, "FIELDS @message\n    | PARSE @message \"* [*] *\" as loggingTime, loggingType, loggingMessage\n    | FILTER loggingType IN [\"ERROR\", \"INFO\"]\n    | DISPLAY loggingMessage, loggingType = \"ERROR\" as isError", "loggingMessage=it works isError=0\nloggingMessage=it broke isError=1"},
		{line, `parse @message "[*] * The error was: *" as level, config, exception | display level, config, exception`, "level=ERROR config={foo=2, bar=data} exception=DataIntegrityException"},
		{line, `parse @message /\[(?<level>\S+)\]\s+(?<config>\{.*\})\s+The error was: (?<exception>\S+)/ | display level, config, exception`, "level=ERROR config={foo=2, bar=data} exception=DataIntegrityException"},
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Filter.html
		{lines(`{"statusCode":300}`, `{"statusCode":"400"}`, `{"statusCode":200}`), "fields statusCode | filter statusCode in [300,400,500]", "statusCode=400\nstatusCode=300"},
		{lines(`{"Type":"foo"}`, `{"Type":"1"}`, `{"Type":"x"}`, `{}`), `stats count(*) by Type | filter Type not in ["foo","bar",1]`, "count(*)=1\nType=x count(*)=1"},
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Dedup.html
		{lines(`{"server":"a","severity":1}`, `{"server":"b","severity":3}`, `{"server":"a","severity":2}`), "fields server, severity | sort @timestamp desc | dedup server", "server=a severity=2\nserver=b severity=3"},
		{lines(`{"server":"a","severity":1}`, `{"server":"b","severity":3}`, `{"server":"a","severity":2}`), "fields server, severity | sort severity asc | dedup server | limit 1", "server=a severity=1"},
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unnest.html
		{lines(`{"events":[{"name":"exception"},{"name":"user action"}]}`), "fields jsonParse(@message) as json_message \n| unnest json_message.events into event\n| display event.name", "event.name=exception\nevent.name=user action"},
		{lines(`{"accounts":[{"id":"a","n":2},{"id":"b","n":3},{"id":"a","n":4}]}`), "fields jsonParse(@message) as js | unnest js.accounts into account | stats sum(account.n) as n by account.id | sort n desc | limit 10", "account.id=a n=6\naccount.id=b n=3"},
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
		{lines(`{"users":[{"action":"GetData"},{"action":"PutData"}],"user.name":"x","status_code":200}`), "fields jsonParse(@message) as json_message | filter json_message.users[1].action = \"PutData\" | display json_message.`user.name`, json_message.status_code", "json_message.user.name=x json_message.status_code=200"},
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
		{lines("a", "b", "c"), "FIELDS strlen(@message) AS message_length\n| STATS sum(message_length)/1024/1024 as logs_mb BY bin(2s)\n| STATS max(logs_mb) AS peak_ingest_mb, min(logs_mb) AS min_ingest_mb, avg(logs_mb) AS avg_ingest_mb | filter peak_ingest_mb > min_ingest_mb | display 1", "1=1"},
	} {
		want(t, x.query, x.m.ask(t, x.query), x.want)
	}
}
