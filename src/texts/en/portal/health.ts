/** Of `screens/health.tsx`. */
export const healthTexts = {
  well: 'Well',
  toLookAt: 'To be looked at',
  fault: 'Fault',
  health: 'Health',
  asOf: 'As of {checkedAt}',
  stateLoading: 'The state is loading',
  stateNotLoaded: 'The state did not load',
  stale: 'This may have changed since. {error}',
  thisTenant: 'This tenant',
  open: 'Open',
  thisInstallation: 'This installation',
  versionOnDatabase: 'Sallyport {version} on {database}.',
  installationNote: 'Shown to admins of the tenant that was made first.',
  jobs: '{count} jobs',
  jobEnded: 'Every {seconds} s, ended {ended}',
  jobNeverEnded: 'Every {seconds} s, ended never',
} as const;
