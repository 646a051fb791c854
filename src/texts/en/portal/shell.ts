/** Of `router.tsx`. */
export const routerTexts = {
  noSuchPage: 'There is no such page',
  noSuchPageText: 'The address may have been cut off.',
  goToPortal: 'Go to the portal',
} as const;

/** Of `shell/ceremony-words.ts`. */
export const ceremonyWordsTexts = {
  cancelled: 'That was cancelled, or it took too long. Try again.',
  unsupported: 'This browser cannot use passkeys here. Open the portal in a current browser, by https.',
  exists: 'This device has a passkey for the portal already. Sign in with it.',
  passkeyFailed: 'The passkey did not work. Try again, or use another device.',
  offline: 'The server did not answer. Check your connection, then try again.',
  tooManyTries: 'Too many tries. Wait {seconds} seconds, then try again.',
  forbidden: 'That passkey may not come in. If you were removed from the team, ask an admin to invite you again.',
  unknownPasskey: 'No operator here has that passkey. Choose another one, or ask an admin to invite you again.',
  tookTooLong: 'That took too long. Start again.',
  nobodyInvited: 'Nobody has been invited to this portal yet. On the server, run: sallyport operators invite',
  serverFault: 'Something went wrong in the server. Try again.',
  pageFault: 'Something in this page went wrong. Reload it, then try again.',
} as const;

/** Of `shell/first-tenant.tsx`. */
export const firstTenantTexts = {
  noTenant: 'You may not come in to any tenant',
  noTenantText: 'Ask an admin of the tenant that you work for to invite {email} again.',
  signOut: 'Sign out',
  portalLoading: 'The portal is loading',
  portalNotLoaded: 'The portal did not load',
} as const;

/** Of `shell/password-form.tsx`. */
export const passwordFormTexts = {
  emailAddress: 'Email address',
  password: 'Password',
  code: 'Code of your authenticator app',
  signingIn: 'Signing in…',
  signIn: 'Sign in',
} as const;

/** Of `shell/places.ts`. */
export const placesTexts = {
  home: 'Home',
  activity: 'Activity',
  reviews: 'Reviews',
  users: 'Users',
  actions: 'Actions',
  settings: 'Settings',
  auditLog: 'Audit log',
  health: 'Health',
  team: 'Team',
  lists: 'Lists',
  dataPoints: 'Data points',
  methods: 'Methods',
  messages: 'Messages',
  branding: 'Branding',
  endpoints: 'Endpoints',
  alerts: 'Alerts',
  apiKeys: 'API keys',
  tenant: 'Tenant',
  testAction: 'Test action',
} as const;

/** Of `shell/server-words.ts`. */
export const serverWordsTexts = {
  pageFault: 'Something in this page went wrong. Reload it, then try again.',
  offline: 'The server did not answer. Check your connection, then try again.',
  sessionEnded: 'Your session has ended. Sign in, then do it again.',
  tooManyTries: 'Too many tries. Wait {seconds} seconds, then try again.',
  serverFault: 'Something went wrong in the server. Try again.',
} as const;

/** Of `shell/shell.tsx`. */
export const shellTexts = {
  portalLoading: 'The portal is loading',
  portalNotLoaded: 'The portal did not load',
  notInTeam: 'You may not come in here',
  notInTeamText: 'You are not in the team of this tenant, or not any more. Ask one of its admins to invite {email}.',
  goToTenants: 'Go to your tenants',
  anywhere: 'Anywhere',
  listTheShortcuts: 'List the shortcuts',
  goToPage: 'Go to {page}',
  skipToContent: 'Skip to content',
  navigation: 'Navigation',
  findAnything: 'Find anything',
  pages: 'Pages',
  shortcuts: 'Shortcuts',
  noRoleWorks: 'None of your roles works here',
  noRoleWorksText: 'An admin of {name} can give you one that this release knows.',
  pageLoading: 'The page is loading',
  reviewsWaiting: 'waiting',
  pageTitle: '{page} · {tenant} · Sallyport',
  portal: 'Portal',
} as const;

/** Of `shell/sign-in.tsx`. */
export const signInTexts = {
  sessionEnded: 'Your session has ended. Sign in, and you are back where you were.',
  signedOut: 'You have signed out.',
  heading: 'Sign in to Sallyport',
  text: 'For operators: see what happened, decide reviews, help users.',
  waitingForPasskey: 'Waiting for your passkey…',
  byPasskey: 'Sign in with a passkey',
  byIssuer: 'Sign in with {name}',
  byPassword: 'Use a password instead',
  formLoading: 'The form is loading',
  lostHeading: 'Lost your passkey, password or app?',
  lostText: 'Ask an admin to invite you again: the link replaces what you signed in with, and ends your sessions.',
  lostByOnlyAdmin: 'If you are the only admin, run {command} on the server.',
} as const;

/** Of `shell/step-up.tsx`. */
export const stepUpTexts = {
  passkeyButton: 'Use passkey',
  codeButton: 'Confirm',
  issuerButton: 'Sign in again',
  passkeyText:
    'This can lock somebody out or let somebody in, so it needs your passkey again. It then counts for five minutes.',
  codeText:
    'This can lock somebody out or let somebody in, so it needs a new code of your app. It then counts for five minutes.',
  issuerText:
    'This can lock somebody out or let somebody in, so sign in again. You come back to this page, and can do it for five minutes.',
  title: 'Confirm that it is you',
  codeLabel: 'Code of your app',
  codeNote: 'One that you have not used yet: also not that of signing in.',
  waitingForPasskey: 'Waiting for your passkey…',
} as const;

/** Of `shell/use-password-call.ts`. */
export const usePasswordCallTexts = {
  busy: 'The server is busy. Try again in a few seconds.',
} as const;

/** Of `shell/use-sign-out.ts`. */
export const useSignOutTexts = {
  failed: 'You are still signed in',
  failedText: 'The server did not answer. Try again before you leave.',
} as const;
