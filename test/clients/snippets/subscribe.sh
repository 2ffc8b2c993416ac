curl -N "$URL" -H "authorization: Bearer $TOKEN" \
  -H 'content-type: application/json' -H 'accept: text/event-stream' -d @- <<END
{"query": "subscription {
  taskStatusChanged(ids: [\"$ID\"]) { changed { id state percentComplete } gone stale }
}"}
END
