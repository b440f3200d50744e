-- Runs before an answer is sent, and replaces an error page of lighttpd by an answer in the format of the responder. lighttpd answers itself
-- if a responder is down (503) or dies during a request (500), if a POST has no Content-Length (411), if a body exceeds
-- server.max-request-size (413), and if a file to be sent is missing (404). Clients expect JSON; docker 1.8 to 17.05 assume a v1 host if an
-- answer under /v2/ lacks the version header, and would push over v1 (older versions do so after any 5xx). Answers of the responder
-- are not changed: it omits the header if the repository does not exist.
local r = lighty.r
local status = r.req_item["http_status"]
local path = r.req_attr["uri.path"]
local top = path:match("^/([^/]*)")
local ours = { v1 = true, v2 = true, _ping = true, artifactory = true, access = true, ui = true, livez = true, readyz = true }
local v2_spoken = r.req_env["STOWAGE_V2_REPOSITORY"] ~= nil
-- For 411, and for 413 because of a Content-Length, the vhost is not known yet.
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
-- A responder that died is restarted at once.
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
-- Returning the status ends the answer; with 0 lighttpd would wait for more of the body.
return status
