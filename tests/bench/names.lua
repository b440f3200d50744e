-- wrk asks for another image and tag each time, of what million.sql made in the repositories FIRST to LAST: names.lua KEY FIRST LAST
local key, first, last

function init(arguments)
	key, first, last = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
	math.randomseed(os.time())
end

function request()
	local n = math.random(250)
	local app = n % 10 > 0 and string.format("%d-%d", math.random(first, last), n) or tostring(n)
	return wrk.format("GET", string.format("/artifactory/api/docker/%s/v2/team%d/app%s/manifests/t%d", key, n % 10, app, math.random(49)))
end
