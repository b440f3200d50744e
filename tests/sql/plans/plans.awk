# What psql prints of calls.sql on standard error: "call NAME", and the plans that auto_explain reports, of several lines each. A line for each plan:
# the name, a tab, the plan.
function flush() {
	if (plan != "")
		print name "\t" plan
	plan = ""
}

/^call / { flush(); name = $2; next }
/NOTICE:  duration: .* plan:$/ { flush(); plan = " "; next }
plan != "" { plan = plan $0 }
END { flush() }
