#!/bin/bash
# An old docker client, call by call: pulls over v1 what the clients before it have pushed over v2.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

all_images() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$STOWAGE_SRC/tests/lib" python3 "$STOWAGE_SRC/tests/client/v1.py"
}

try "what others pushed over v2 has the same files over v1" all_images
finish
