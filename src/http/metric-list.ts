/**
 * Every metric of the program beside those of the process. No label names a tenant or a user, and each has few values, so
 * that the number of series does not grow with use. `docs/metrics.md` is generated from this list.
 */
export const metricList = {
  sallyport_build_info: {
    type: 'gauge',
    labels: ['version', 'node', 'database'],
    help: 'What runs; always 1.',
  },
  sallyport_requests_total: {
    type: 'counter',
    labels: ['route', 'status'],
    help: 'Answered requests by route and status.',
  },
  sallyport_request_duration_seconds: {
    type: 'histogram',
    labels: ['route'],
    help: 'Time to answer, by route.',
  },
  sallyport_live_sockets: {
    type: 'gauge',
    labels: [],
    help: 'Live connections (WebSockets) that this node holds now; at most SALLYPORT_LIVE_SOCKETS_MAX.',
  },
  sallyport_refusals_total: {
    type: 'counter',
    labels: ['code'],
    help: 'Refused requests by error code.',
  },
  sallyport_sheds_total: {
    type: 'counter',
    labels: [],
    help: 'Requests answered 503 because the server or its database had no room for them.',
  },
  sallyport_decisions_total: {
    type: 'counter',
    labels: ['state'],
    help: 'Tracked actions by the state they were given.',
  },
  sallyport_proofs_total: {
    type: 'counter',
    labels: ['method', 'result'],
    help: 'Proofs by method and result: accepted, wrong, exhausted (no guess was left), replayed, or rejected (a key).',
  },
  sallyport_lockouts_total: {
    type: 'counter',
    labels: ['method'],
    help: 'Guesses that left a method of a user locked, counted before they are compared.',
  },
  sallyport_replays_total: {
    type: 'counter',
    labels: ['what'],
    help: 'One-time things that were used before and came again: code, key-response, refresh-token.',
  },
  sallyport_sends_total: {
    type: 'counter',
    labels: ['provider', 'result'],
    help: 'Mails and texts by provider (SERVER for the mail server of SALLYPORT_SMTP_URL) and result: taken, refused, failed (did not get there), or unknown. A message that a second provider took counts for both.',
  },
  sallyport_provider_breakers_open: {
    type: 'gauge',
    labels: ['provider'],
    help: 'For how many tenants and methods this node passes a provider over, because it did not answer of late.',
  },
  sallyport_texts_judged_total: {
    type: 'counter',
    labels: ['reason', 'result'],
    help: 'Texts by result: sent, monitored (sent, but would have been refused), refused, or withheld (silently not sent); and the reason, as the guide on pumping lists them.',
  },
  sallyport_waiting: {
    type: 'gauge',
    labels: ['what'],
    help: 'What waits for a job, of all tenants; counted up to 10000.',
  },
  sallyport_waiting_oldest_seconds: {
    type: 'gauge',
    labels: ['what'],
    help: 'How long ago the oldest of what waits came; 0 if nothing does.',
  },
  sallyport_waiting_overdue_seconds: {
    type: 'gauge',
    labels: ['what'],
    help: 'For how long the first of what waits is due; 0 if nothing is. A delivery that failed is due at its next try.',
  },
  sallyport_job_last_start_timestamp_seconds: {
    type: 'gauge',
    labels: ['job'],
    help: 'When a job last started on any node, in Unix time; absent if never.',
  },
  sallyport_job_last_success_timestamp_seconds: {
    type: 'gauge',
    labels: ['job'],
    help: 'When a job last ended without an error on any node, in Unix time; absent if never.',
  },
  sallyport_job_failing: {
    type: 'gauge',
    labels: ['job'],
    help: 'Whether the last run of a job, on any node, failed: 1 or 0.',
  },
  sallyport_job_overdue_seconds: {
    type: 'gauge',
    labels: ['job'],
    help: 'For how long a job is due while no node has it.',
  },
  sallyport_job_runs_total: {
    type: 'counter',
    labels: ['job', 'result'],
    help: 'Runs of jobs that have ended on this node, by result: succeeded or failed.',
  },
  sallyport_job_run_seconds_total: {
    type: 'counter',
    labels: ['job'],
    help: 'How long runs of jobs took on this node.',
  },
  sallyport_database_up: {
    type: 'gauge',
    labels: [],
    help: 'Whether the database answered this scrape: 1, or 0, and then jobs and what waits are absent.',
  },
  sallyport_database_pool: {
    type: 'gauge',
    labels: ['what'],
    help: 'Database connections of this node: open, idle, and requests waiting for one.',
  },
  sallyport_configuration_current: {
    type: 'gauge',
    labels: [],
    help: 'Whether this node knows the newest configuration: 1, or 0 if it could not ask.',
  },
  sallyport_data_file_age_seconds: {
    type: 'gauge',
    labels: ['file'],
    help: 'How old the data in use is, by data file; absent if the file does not say.',
  },
  sallyport_data_file_usable: {
    type: 'gauge',
    labels: ['file'],
    help: 'Whether the newest content of a configured data file is in use: 1 or 0.',
  },
  sallyport_actions_without_month: {
    type: 'gauge',
    labels: [],
    help: 'Actions for whose month there is no table; above 0 for an hour or more, a clock or the job prepare-months is wrong.',
  },
  sallyport_log_lines_lost_total: {
    type: 'counter',
    labels: [],
    help: 'Log lines of this node that could not be written: standard output was not read, or its disk is full.',
  },
  sallyport_clock_steps_total: {
    type: 'counter',
    labels: [],
    help: 'How often the clock of the database was set to another time while this node looked.',
  },
} as const;
