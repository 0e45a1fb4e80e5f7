#!/bin/sh
# Finds the other service by its name: the address behind it is the same wherever its task runs.
if [ "$QUERY_STRING" = health ]; then
  printf 'Content-Type: text/plain\r\n\r\nhere\n'
elif visit=$(wget -q -O - http://counter/cgi-bin/next); then
  printf 'Content-Type: text/plain\r\n\r\nvisit %s, served by %s\n' "$visit" "$(hostname)"
else
  printf 'Status: 502 Bad Gateway\r\nContent-Type: text/plain\r\n\r\nthe counter does not answer\n'
fi
