-- Before an answer under /v2/ leaves: what lighttpd itself answers when the responder is away (5xx) says, as the responder would, that v2 is
-- spoken here. Docker 1.8 to 17.05 take an answer without the header for a host of v1, and would push there (older ones do so at any 5xx).
-- What the responder answers is left alone: that a repository is gone is told by the missing header.
local r = lighty.r
local status = r.req_item["http_status"]

if status >= 500 and not r.resp_header["Docker-Distribution-API-Version"]
	and (r.req_env["STOWAGE_V2_REPOSITORY"] or r.req_attr["uri.path"]:find("^/artifactory/")) then
	r.resp_header["Docker-Distribution-API-Version"] = "registry/2.0"
end
