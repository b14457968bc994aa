#!/bin/sh
# Matches are compared with those of STILTS; on Debian as root it is installed.
command -v stilts >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing STILTS for the tests of matching"
  apt-get update -qq && apt-get install -y -qq --no-install-recommends stilts >/dev/null
else
  echo "no STILTS here: the tests beside it will be skipped (install stilts to run them)"
fi
