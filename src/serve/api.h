/* api.h - the handlers of the route table, one line each; the api_*.c files hold them by
 * subject.  docs/api.md says what each answers. */
#ifndef HEATNET_SERVE_API_H
#define HEATNET_SERVE_API_H

struct request;

/* api_session.c */
void api_session_start(struct request *request);
void api_session_get(struct request *request);
void api_session_end(struct request *request);
void api_password_change(struct request *request);
/* api_accounts.c */
void api_accounts_list(struct request *request);
void api_accounts_add(struct request *request);
void api_accounts_change(struct request *request);
/* api_system.c */
void api_status(struct request *request);
void api_health(struct request *request);
void api_openapi(struct request *request);
/* api_catalog.c, api_import.c */
void api_catalog(struct request *request);
void api_catalog_import(struct request *request);
void api_catalog_export(struct request *request);
/* api_values.c */
void api_values(struct request *request);
void api_live(struct request *request);
/* api_verdict.c */
void api_verdict(struct request *request);
/* api_history.c, api_trend_csv.c */
void api_samples(struct request *request);
void api_trend(struct request *request);
void api_trend_csv(struct request *request);
/* api_history_table.c */
void api_history(struct request *request);
/* api_corrections.c */
void api_corrections_add(struct request *request);
void api_corrections_list(struct request *request);
/* api_dump.c */
void api_dump(struct request *request);
/* api_alarms.c */
void api_alarms(struct request *request);
void api_alarms_acknowledge(struct request *request);
/* api_terminals.c, api_completeness.c */
void api_terminals(struct request *request);
void api_terminals_add(struct request *request);
void api_terminals_change(struct request *request);
void api_completeness(struct request *request);
void api_gaps(struct request *request);
/* api_tokens.c */
void api_tokens_list(struct request *request);
void api_tokens_add(struct request *request);
void api_tokens_remove(struct request *request);
/* api_prometheus.c, api_prometheus_labels.c */
void api_prometheus_query(struct request *request);
void api_prometheus_query_range(struct request *request);
void api_prometheus_format(struct request *request);
void api_prometheus_labels(struct request *request);
void api_prometheus_values(struct request *request);
void api_prometheus_series(struct request *request);
void api_prometheus_metadata(struct request *request);
void api_prometheus_rules(struct request *request);
void api_prometheus_alerts(struct request *request);
void api_prometheus_targets(struct request *request);
void api_prometheus_exemplars(struct request *request);
void api_prometheus_buildinfo(struct request *request);
/* api_write.c */
void api_influx_write(struct request *request);
void api_influx_write_2(struct request *request);
void api_remote_write(struct request *request);
/* api_influx.c */
void api_influx_ping(struct request *request);
void api_influx_query(struct request *request);
/* api_metrics.c */
void api_metrics(struct request *request);
/* api_log.c */
void api_log(struct request *request);
void api_log_record(struct request *request);
/* uplink_door.c */
void uplink_frames(struct request *request);
void uplink_configuration(struct request *request);
/* static_files.c */
void static_files(struct request *request);

#endif
