"""What operators look at, generated from the code: the table of metrics and Grafana's dashboards."""
