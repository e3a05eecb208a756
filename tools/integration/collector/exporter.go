package main

import (
	"context"
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/plog"
)

type config struct {
	Path string `mapstructure:"path"`
}

// The exporter that contrib has for files does not sync them.
type synced struct {
	file *os.File
}

func newFactory() exporter.Factory {
	return exporter.NewFactory(
		component.MustNewType("synced"),
		func() component.Config { return &config{} },
		exporter.WithLogs(newSynced, component.StabilityLevelDevelopment),
	)
}

func newSynced(_ context.Context, _ exporter.Settings, raw component.Config) (exporter.Logs, error) {
	file, err := os.OpenFile(raw.(*config).Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &synced{file}, nil
}

func (s *synced) Start(context.Context, component.Host) error { return nil }

func (s *synced) Shutdown(context.Context) error { return s.file.Close() }

func (s *synced) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// A line of JSON for each request. The receiver answers once this has returned.
func (s *synced) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	line, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
	if err != nil {
		return err
	}
	if _, err := s.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return s.file.Sync()
}
