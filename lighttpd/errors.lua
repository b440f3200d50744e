-- Before an answer leaves: an error page of lighttpd's own becomes an answer as the responder would give it. lighttpd answers by itself
-- when a responder is away (503) or dies during a request (500), when a POST has no Content-Length (411), when a body exceeds
-- server.max-request-size (413), and when a file to be sent is missing (404). Clients expect JSON; docker 1.8 to 17.05 take an answer under
-- /v2/ without the version header for a host of v1, and would push there (older ones do so at any 5xx). An answer of the responder is left
-- alone: a repository that does not exist is told by the missing header.
local r = lighty.r
local status = r.req_item["http_status"]
local path = r.req_attr["uri.path"]
local top = path:match("^/([^/]*)")
local ours = { v1 = true, v2 = true, _ping = true, artifactory = true, access = true, ui = true, livez = true, readyz = true }
local v2_spoken = r.req_env["STOWAGE_V2_REPOSITORY"] ~= nil
-- At 411, and at 413 to a length that is announced, the vhost is not known yet.
local unread = status == 411 or status == 413
local vhost = v2_spoken or r.req_env["STOWAGE_V1_REPOSITORY"] or unread
if status < 400 or not vhost or not ours[top] or r.resp_header["Content-Type"] ~= "text/html" then
	return 0
end

local errors = {
	[404] = { "UNKNOWN", "not found" },
	[411] = { "SIZE_INVALID", "a Content-Length is required" },
	[413] = { "SIZE_INVALID", "content too large" },
	[503] = { "UNAVAILABLE", "service unavailable, try again" },
}
-- A responder that died is replaced at once.
if status >= 500 then
	status = 503
	r.resp_header["Retry-After"] = "5"
end
local code, message = table.unpack(errors[status] or { "BAD_REQUEST", "bad request" })

local generation = path:match("^/artifactory/api/docker/[^/]+/(v[12])/") or top
local body
if generation == "v2" then
	body = '{"errors":[{"code":"' .. code .. '","message":"' .. message .. '"}]}'
	if v2_spoken or top == "artifactory" or unread then
		r.resp_header["Docker-Distribution-API-Version"] = "registry/2.0"
	end
elseif generation == "v1" or generation == "_ping" then
	body = '{"error":"' .. message .. '"}'
else
	body = '{"errors":[{"status":' .. status .. ',"message":"' .. message .. '"}]}'
end
r.resp_header["Content-Type"] = "application/json"
r.resp_header["X-Content-Type-Options"] = "nosniff"
r.resp_header["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
r.resp_body:set(body)
-- The number ends the answer here; with 0 lighttpd would wait for more of the body.
return status
