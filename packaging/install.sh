#!/bin/sh
# Installs wardspace from this folder, without a network:  sh install.sh [ENVIRONMENT]
# Every file is checked before anything is installed. PYTHON names the interpreter (default python3).
set -eu
target=${1:-wardspace}
case $target in /*) ;; *) target=$(pwd)/$target ;; esac
cd "$(dirname "$0")"

fail() {
    echo "error: $1" >&2
    echo "  to do: $2" >&2
    exit 2
}

# 1. nothing damaged, nothing missing, nothing added
if command -v sha256sum >/dev/null; then check="sha256sum -c"; else check="shasum -a 256 -c"; fi
[ -f SHA256SUMS ] || fail "SHA256SUMS is missing" "copy the whole folder again"
if ! wrong=$($check SHA256SUMS 2>/dev/null); then
    echo "$wrong" | grep -v ': OK$' >&2 || true
    fail "files of the bundle are damaged or missing (named above)" "copy the whole folder again"
fi
for file in wheels/*; do
    grep -q "  \./$file\$" SHA256SUMS || fail "$file is not part of the bundle" "remove it, or copy the whole folder again"
done

# 2. a Python that the wheels are for
python=${PYTHON:-python3}
command -v "$python" >/dev/null || fail "there is no $python" "set PYTHON to an interpreter"
found=$("$python" -c 'import platform, sys; print(f"{sys.version_info[0]}.{sys.version_info[1]} {platform.system()} {platform.machine()}")')
[ "$found" = "$(cat platform)" ] || fail "the wheels are for Python $(cat platform), $python is $found" "set PYTHON to such an interpreter"

# 3. an environment of its own, from these wheels alone
[ ! -e "$target" ] || fail "$target exists" "remove it, or name another: sh install.sh ENVIRONMENT"
"$python" -m venv "$target"
"$target/bin/python" -m pip --isolated --disable-pip-version-check install --quiet \
    --no-index --find-links wheels --constraint constraints.txt "wardspace[$(cat extras)]"
echo "installed: $target/bin/wardspace (try: $target/bin/wardspace demo); documentation: $(pwd)/documentation/index.html"
