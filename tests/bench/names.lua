-- wrk asks for another image and tag each time: names.lua KEY NAMES TAGS
local key, names, tags

function init(arguments)
	key, names, tags = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
	math.randomseed(os.time())
end

function request()
	local name = math.random(names)
	return wrk.format("GET", string.format("/artifactory/api/docker/%s/v2/team%d/app%d/manifests/t%d", key, name % 10, name, math.random(tags)))
end
