#!/bin/bash
# root.sh COMMAND...: run it where / is a mount point. Clients insist on that, and in a plain chroot it is not one.
set -euo pipefail

root=$(mktemp -d /tmp/stowage-root.XXXXXX)
# Never rm -r: what lies there is everything.
trap 'umount -R -l "$root" && rmdir "$root"' EXIT
mount --rbind / "$root"
mount --make-rprivate "$root"
chroot "$root" "$@"
