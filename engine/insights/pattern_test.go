package insights

import "testing"

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Pattern.html
func TestPattern(t *testing.T) {
	m := lines(
		"2023-01-01 19:00:01 [INFO] Calling DynamoDB to store for resource id 12342342k124-12345",
		"2023-01-01 19:00:02 [INFO] Calling DynamoDB to store for resource id 324892398123-12345",
		"2023-01-01 19:00:03 [INFO] Calling DynamoDB to store for resource id 3ff231242342-12345",
		"2023-01-01 19:00:04 [ERROR] Calling DynamoDB to store for resource id 3ff231242342-12345",
		"user ann from 10.0.0.1 has logged in", "user bob from 10.0.0.2 has logged in",
	)
	want(t, "pattern", m.ask(t, "pattern @message | display @pattern, @sampleCount, @ratio, @severityLabel"),
		"@pattern=<Timestamp-1> [INFO] Calling DynamoDB to store for resource id <Token-2> @sampleCount=3 @ratio=0.5 @severityLabel=Info\n"+
			"@pattern=user <Token-1> from <IPAddress-2> has logged in @sampleCount=2 @ratio=0.3333\n"+
			"@pattern=<Timestamp-1> [ERROR] Calling DynamoDB to store for resource id <Token-2> @sampleCount=1 @ratio=0.1667 @severityLabel=Error")
	want(t, "of what parse finds", m.ask(t, `filter @message like "ERROR" | parse @message "for resource id *" as id | pattern id | display @pattern`), "@pattern=<Token-1>")
	want(t, "diff", lines("a b", "a b", "new c", "a b").ask(t, "pattern @message | diff | display @pattern, @differenceDescription, @differenceSampleCount"), "@pattern=a b @differenceDescription=New @differenceSampleCount=3\n@pattern=new c @differenceDescription=New @differenceSampleCount=1")
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
func TestFormats(t *testing.T) {
	flow := lines("2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK", "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA")
	want(t, "flow logs", flow.ask(t, "fields srcAddr, dstAddr, srcPort, dstPort, protocol, packets, bytes, action, logStatus, interfaceId, accountId, version, startTime, endTime | sort @timestamp"),
		"srcAddr=172.31.16.139 dstAddr=172.31.16.21 srcPort=20641 dstPort=22 protocol=6 packets=20 bytes=4249 action=ACCEPT logStatus=OK interfaceId=eni-1235b8ca123456789 accountId=123456789010 version=2 startTime=1418530010 endTime=1418530070\n"+
			"logStatus=NODATA interfaceId=eni-1235b8ca123456789 accountId=123456789010 version=2 startTime=1431280876 endTime=1431280934")
	dns := lines("1.0 2017-12-13T08:16:02.130Z Z123412341234 example.com A NOERROR UDP FRA6 192.168.1.1 -")
	want(t, "Route 53", dns.ask(t, "fields queryName, queryType, responseCode, protocol, edgeLocation, resolverIp, hostZoneId, queryTimestamp, version"),
		"queryName=example.com queryType=A responseCode=NOERROR protocol=UDP edgeLocation=FRA6 resolverIp=192.168.1.1 hostZoneId=Z123412341234 queryTimestamp=2017-12-13T08:16:02.130Z version=1.0")
	lambda := lines("START RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95 Version: $LATEST", "2019-06-07T19:11:20.562Z\t8f507cfc-aaaa-4697-b07a-ac58fc914c95\tINFO\tdone {\"n\":7}",
		"REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 128.83 ms\tBilled Duration: 200 ms\tMemory Size: 256 MB\tMax Memory Used: 59 MB\tXRAY TraceId: 1-5e34a614-10bdxmplf1fb44f07bc535a1\tSegmentId: 07f5xmpl2d1f6f85\tSampled: true\t\n")
	lambda.groups[0].Lambda = true
	want(t, "Lambda", lambda.ask(t, "fields @type, @requestId, @duration, @billedDuration, @memorySize / 1000 / 1000 as mb, @maxMemoryUsed, @xrayTraceId, @xraySegmentId, n | sort @timestamp"),
		"@type=START @requestId=8f507cfc-xmpl-4697-b07a-ac58fc914c95\n@requestId=8f507cfc-aaaa-4697-b07a-ac58fc914c95 n=7\n"+
			"@type=REPORT @requestId=8f507cfc-xmpl-4697-b07a-ac58fc914c95 @duration=128.83 @billedDuration=200 mb=256 @maxMemoryUsed=59000000 @xrayTraceId=1-5e34a614-10bdxmplf1fb44f07bc535a1 @xraySegmentId=07f5xmpl2d1f6f85")
}
