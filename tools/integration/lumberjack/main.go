// `lumberjack ADDRESS FILE`: the server of go-lumber, which writes what it gets into a file, a line of JSON for
// each event, and syncs it before it confirms.
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/elastic/go-lumber/server/v2"
)

func main() {
	file, err := os.OpenFile(os.Args[2], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	server, err := v2.ListenAndServe(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		server.Close()
		os.Exit(0)
	}()
	for batch := range server.ReceiveChan() {
		var lines bytes.Buffer
		encoder := json.NewEncoder(&lines)
		for _, event := range batch.Events {
			if err := encoder.Encode(event); err != nil {
				log.Fatal(err)
			}
		}
		if _, err := file.Write(lines.Bytes()); err != nil {
			log.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			log.Fatal(err)
		}
		batch.ACK()
	}
}
