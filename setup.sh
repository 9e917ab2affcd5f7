#!/usr/bin/env bash
# Makes everything jiaohao needs, once: the Python environment, and the broker, the voice and the CJK font beside it;
# and strace, with which the tests see what the hub writes to its disk.
# `./setup.sh --help` tells how. Nothing is done, and nothing is asked of the network, while nothing has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# The file that the product looks for, here or under <venv>/sysroot (Python finds the latter through sys.prefix).
FONT=/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
# Both ends are from pygame 2.6.1: it ships wheels for these and would need a compiler and SDL's headers for others.
OLDEST_MINOR=11
NEWEST_MINOR=13
INPUTS=(setup.sh setup.cfg pyproject.toml constraints.txt)

venv=.venv
private=no
product=no
scratch=
services_held=no

usage() {
    cat <<'TEXT'
usage: ./setup.sh [--venv DIR] [--private] [--product]

Makes everything jiaohao needs on Debian 12 or later and on Ubuntu, with Python 3.11 to 3.13.

  --venv DIR   the environment to make or to bring up to date (default: .venv beside this file)
  --private    do not use the system's mosquitto, espeak-ng, font and strace and do not install any:
               unpack them into DIR/sysroot, with programs that start them in DIR/bin
  --product    the product alone, copied into the environment, without what tests need: for `make install`
  --help       this text

What is missing is installed by apt with root or passwordless sudo, and otherwise unpacked as with --private.
TEXT
}

say() { printf 'setup: %s\n' "$*"; }

# fail WHAT-AND-WHERE WHAT-TO-DO...
fail() {
    printf 'setup: %s\n' "$1" >&2
    shift
    printf '       %s\n' "$@" >&2
    exit 1
}

# logged WHAT-TO-DO COMMAND...: runs quietly; on failure shows the end of the output and stops.
logged() {
    local advice=$1 log=$scratch/log
    shift
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" | sed 's/^/  | /' >&2
        fail "this failed in $PWD: $*" "$advice"
    fi
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

may_be_root() { ((EUID == 0)) || { command -v sudo && sudo -n true; } >/dev/null 2>&1; }

clean_up() {
    if [[ $services_held == yes ]]; then as_root rm -f /usr/sbin/policy-rc.d; fi
    if [[ -n $scratch ]]; then rm -rf "$scratch"; fi
}

# ── what is there ────────────────────────────────────────────────────────────────────────────────────────────────────

has_program() {
    [[ -x $venv/bin/$1 ]] && return
    [[ $private == no ]] && { command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 ]]; }
}

has_font() { [[ -e $venv/sysroot$FONT ]] || [[ $private == no && -e $FONT ]]; }

# The Debian packages that are still needed, one a line.
missing_packages() {
    has_program mosquitto || echo mosquitto
    has_program espeak-ng || echo espeak-ng
    has_font || echo fonts-noto-cjk
    has_program strace || echo strace
}

# Where the environment was made and from what. Both paths count: they stand in the scripts that pip writes.
fingerprint() { echo "$venv" && { echo "$PWD" && cat "${INPUTS[@]}"; } | sha256sum; }

was_moved() { [[ -f $venv/.jiaohao-stamp && $(head -n 1 "$venv/.jiaohao-stamp") != "$venv" ]]; }

is_up_to_date() {
    [[ $product == no ]] || return
    [[ -x $venv/bin/python && -f $venv/.jiaohao-stamp ]] || return
    [[ $(<"$venv/.jiaohao-stamp") == "$(fingerprint)" && -z $(missing_packages) ]]
}

# minor PYTHON: the N of its version 3.N; fails if it does not run (a pyenv shim may stand for nothing).
minor() { "$1" -c 'import sys; print(sys.version_info[1] if sys.version_info[0] == 3 else 0)' 2>/dev/null; }

fits() {
    local n
    n=$(minor "$1") && ((n >= OLDEST_MINOR && n <= NEWEST_MINOR))
}

find_python() {
    local name first=python3
    # Of the system, not of somebody's home: the hall's own user must be able to run it.
    if [[ $product == yes ]]; then first=/usr/bin/python3; fi
    for name in "$first" python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && fits "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

stop_without_python() {
    local found
    found=$(command -v python3) || fail "no python3 in PATH: jiaohao needs Python 3.$OLDEST_MINOR to 3.$NEWEST_MINOR." \
        "On Debian 12 or later and on Ubuntu 24.04: apt-get install python3; then ./setup.sh again."
    fail "$found is Python 3.$(minor "$found" || echo '?'): jiaohao needs Python 3.$OLDEST_MINOR to 3.$NEWEST_MINOR." \
        "Install one, for instance python3.12, so that it is in PATH under that name; then ./setup.sh again."
}

# ── Debian packages ──────────────────────────────────────────────────────────────────────────────────────────────────

# update_lists APT-GET...: one broken list of a third party must not stop us, so this only tells of trouble; what
# matters is whether the packages can then be had.
update_lists() {
    "$@" update >"$scratch/update" 2>&1 </dev/null || true
    grep -E '^[EW]: ' "$scratch/update" | head -n 3 | sed 's/^/  | /' >&2 || true
}

install_packages() {
    say "installing $* by apt"
    # dpkg would start a broker on port 1883 that nobody asked for: the product starts its own, with its own broker.conf.
    if [[ ! -e /usr/sbin/policy-rc.d ]]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
        services_held=yes
        as_root chmod 755 /usr/sbin/policy-rc.d
    fi
    update_lists as_root apt-get
    logged "Run 'apt-get update' and 'apt-get install $*' by hand to see more; then ./setup.sh again." \
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
        install -y --no-install-recommends "$@"
    if [[ $services_held == yes ]]; then
        as_root rm -f /usr/sbin/policy-rc.d
        services_held=no
    fi
    # Nor at the next start of the machine.
    if [[ " $* " == *" mosquitto "* ]] && command -v systemctl >/dev/null; then
        as_root systemctl --quiet disable mosquitto.service >/dev/null 2>&1 || true
    fi
}

# An apt of our own, so that one who may not write to /var can update, choose and download.
write_apt_conf() {
    mkdir -p "$1"/state/lists/partial "$1"/cache/archives/partial "$1"/log
    # Hooks of the system's apt write to places of the system; its proxies and sources stay in force.
    cat >"$1/apt.conf" <<TEXT
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Dir::State "$1/state";
Dir::State::lists "$1/state/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$1/cache";
Dir::Cache::archives "$1/cache/archives";
Dir::Log "$1/log";
Acquire::Languages "none";
APT::Sandbox::User "root";
TEXT
}

unpack_packages() {
    local apt=$venv/apt sysroot=$venv/sysroot name
    local -a closure
    say "unpacking $* into $sysroot"
    write_apt_conf "$apt"
    update_lists apt-get -c "$apt/apt.conf"
    # --reinstall: with --private also what the system has.
    logged "Look at the sources in /etc/apt, or ask an administrator for 'apt-get install $*'; then ./setup.sh again." \
        apt-get -c "$apt/apt.conf" -s install --no-install-recommends --reinstall "$@"
    # The C library belongs to the system's loader: another one in LD_LIBRARY_PATH would crash every program.
    mapfile -t closure < <(
        { printf '%s\n' "$@" && awk '$1 == "Inst" { print $2 }' "$scratch/log"; } | sort -u | grep -vxE 'libc6|libc-bin'
    )
    mkdir -p "$apt/debs" "$apt/unpacked" "$sysroot"
    say "downloading ${#closure[@]} packages"
    pushd "$apt/debs" >/dev/null
    logged "Check the network and the sources in /etc/apt; then ./setup.sh again." \
        apt-get -c "$apt/apt.conf" download "${closure[@]}"
    popd >/dev/null
    for name in "$apt"/debs/*.deb; do
        logged "Check the free space in $sysroot; then ./setup.sh again." dpkg -x "$name" "$apt/unpacked"
    done
    # Only now: what an interrupted run left behind would look complete.
    cp -alf "$apt/unpacked/." "$sysroot/"
    rm -rf "$apt"
}

# <venv>/sysroot/run PROGRAM ... runs any program, also Python, with the unpacked libraries and voices; the programs
# themselves get a starter of their own in <venv>/bin. All of them exec, so that the process id is the program's.
# shellcheck disable=SC2016  # the variables are for the starters
write_starters() {
    local sysroot=$1 libraries voices program name
    libraries=$(find "$sysroot"/lib "$sysroot"/usr/lib -name '*.so*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd:)
    voices=$(find "$sysroot"/usr -path '*/espeak-ng-data/phontab' -printf '%h\n')
    if [[ -z $libraries ]]; then return; fi
    {
        echo '#!/bin/sh'
        printf 'export LD_LIBRARY_PATH=%q"${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\n' "$libraries"
        if [[ -n $voices ]]; then printf 'export ESPEAK_DATA_PATH=%q\n' "${voices%/*}"; fi
        echo 'exec "$@"'
    } >"$sysroot/run"
    chmod 755 "$sysroot/run"
    for program in usr/sbin/mosquitto usr/bin/mosquitto_passwd usr/bin/espeak-ng usr/bin/strace; do
        [[ -x $sysroot/$program ]] || continue
        check_unpacked "$sysroot" "$program"
        name=$venv/bin/${program##*/}
        printf '#!/bin/sh\nexec %q %q "$@"\n' "$sysroot/run" "$sysroot/$program" >"$name"
        chmod 755 "$name"
    done
}

# What came out of a package for this system should run here; if it does not, no starter may say that all is well.
check_unpacked() {
    local sysroot=$1 program=$2 said
    case $program in
        */espeak-ng) said=$("$sysroot/run" "$sysroot/$program" -q -v cmn 好 2>&1) && return ;;
        */strace) said=$("$sysroot/run" "$sysroot/$program" -V 2>&1) && return ;;
        *) # Both tell what they are, and exit with a status of their own.
            said=$("$sysroot/run" "$sysroot/$program" -h 2>&1 || true)
            [[ $said == mosquitto* ]] && return
            ;;
    esac
    printf '%s\n' "$said" | sed 's/^/  | /' >&2
    fail "this was unpacked and does not run: $sysroot/$program" \
        "Ask an administrator for 'apt-get install ${program##*/}'; then ./setup.sh again."
}

# ── the Python environment ───────────────────────────────────────────────────────────────────────────────────────────

pip_wheel() {
    local wheel
    for wheel in {"$venv/sysroot",}/usr/share/python-wheels/pip-*.whl; do
        if [[ -f $wheel ]]; then
            echo "$wheel"
            return
        fi
    done
    return 1
}

make_venv() {
    if [[ -x $venv/bin/python ]] && fits "$venv/bin/python" && ! was_moved; then return; fi
    if [[ -e $venv && ! -f $venv/pyvenv.cfg && -n $(ls -A "$venv") ]]; then
        fail "$venv is in the way: it is not a Python environment, and it is not empty." \
            "Name another place: ./setup.sh --venv DIR"
    fi
    say "making $venv with $python"
    # Without pip: Debian's python3 has no ensurepip, and its pip wheel comes in a package that needs no root to unpack.
    logged "Check that $python has the module venv and that $venv can be written; then ./setup.sh again." \
        "$python" -m venv --clear --without-pip "$venv"
}

needs_pip_wheel() {
    ! "$venv/bin/python" -c 'import pip' && ! "$python" -c 'import ensurepip' && ! pip_wheel
} >/dev/null 2>&1

make_pip() {
    local wheel
    "$venv/bin/python" -c 'import pip' >/dev/null 2>&1 && return
    if wheel=$(pip_wheel); then
        logged "Check the free space in $venv; then ./setup.sh again." \
            "$venv/bin/python" "$wheel/pip" install --no-index "$wheel"
    else
        logged "Check the free space in $venv; then ./setup.sh again." "$venv/bin/python" -m ensurepip --default-pip
    fi
}

install_python_packages() {
    local advice="Check the network, or the index in 'pip config list'; then ./setup.sh again."
    local -a install=("$venv/bin/python" -m pip --disable-pip-version-check --no-input install -c constraints.txt)
    say "installing the Python packages of constraints.txt"
    # The build tool comes first and from the same pins, so that pip needs no environment of its own to build ours.
    logged "$advice" "${install[@]}" setuptools
    if [[ $product == yes ]]; then
        rm -rf build # of an earlier version: what has gone since would be packed again
        logged "$advice" "${install[@]}" --no-build-isolation --upgrade .
        rm -rf build
    else
        logged "$advice" "${install[@]}" --no-build-isolation -e '.[test]'
    fi
}

# ── ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

read_arguments() {
    while (($#)); do
        case $1 in
            --venv)
                (($# > 1)) || fail "--venv needs a directory." "./setup.sh --venv DIR"
                venv=$2
                shift
                ;;
            --private) private=yes ;;
            --product) product=yes ;;
            --help | -h)
                usage
                exit
                ;;
            *) fail "unknown argument: $1" "./setup.sh --help tells what there is." ;;
        esac
        shift
    done
    [[ $venv == /* ]] || venv=$PWD/$venv
    venv=${venv%/}
}

stop_without_apt() {
    fail "there is no apt-get here, and this is missing: $*" \
        "Install these by hand, then ./setup.sh again:" \
        "  mosquitto 2 (in PATH or /usr/sbin) · espeak-ng and strace (in PATH) · Noto Sans CJK, as the file $FONT" \
        "  Python 3.$OLDEST_MINOR to 3.$NEWEST_MINOR with venv and ensurepip"
}

main() {
    local python
    local -a missing
    read_arguments "$@"
    [[ $(uname -s) == Linux ]] || fail "this system is $(uname -s): jiaohao runs on Linux (PTYs, systemd)." \
        "Use Debian 12 or later, or Ubuntu 24.04, with Python 3.$OLDEST_MINOR to 3.$NEWEST_MINOR."
    if is_up_to_date; then return; fi
    trap clean_up EXIT
    scratch=$(mktemp -d)

    if ! command -v python3 >/dev/null && [[ $private == no ]] && command -v apt-get >/dev/null && may_be_root; then
        install_packages python3
    fi
    python=$(find_python) || stop_without_python
    mapfile -t missing < <(missing_packages)
    if ((${#missing[@]})) && ! command -v apt-get >/dev/null; then stop_without_apt "${missing[@]}"; fi
    make_venv
    mapfile -t missing < <(missing_packages) # an environment made anew has lost what was unpacked there
    if needs_pip_wheel; then
        command -v apt-get >/dev/null || stop_without_apt "pip for $python"
        missing+=(python3-pip-whl)
    fi
    if ((${#missing[@]})); then
        if [[ $private == no ]] && may_be_root; then install_packages "${missing[@]}"; else unpack_packages "${missing[@]}"; fi
    fi
    if [[ -d $venv/sysroot/usr ]]; then write_starters "$venv/sysroot"; fi
    make_pip
    install_python_packages
    fingerprint >"$venv/.jiaohao-stamp"
    say "ready: $venv"
}

main "$@"
