#!/bin/sh
# The browser tests drive a Chromium of the system; on Debian as root it is installed.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing Chromium for the browser tests"
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null
else
  echo "no Chromium here: the browser tests will be skipped (install chromium to run them)"
fi
