/** The parts of the API reference: what people do, in the order in which they need it. */

interface GroupEntry {
  /** Who calls: the heading that the reference puts over the group. */
  readonly area: string;
  readonly title: string;
  /** A paragraph in Markdown: what the calls are for, and which comes first. */
  readonly description: string;
}

const backend = 'From your backend';
const browser = 'From browsers and apps';
const settings = 'Settings';
const pages = 'Pages';
const providers = 'From providers';
const portal = 'For operators';

export const groups = {
  actions: {
    area: backend,
    title: 'Track actions',
    description:
      'Start here. Before a user does something that matters, such as signing in or withdrawing money, your backend tracks the action. Rules decide whether it is allowed, blocked, reviewed or challenged. If it is challenged, send the user to the `url` of the response, or hand its `token` to your own screens. Afterwards, validate the token to learn whether the challenge succeeded. You can also list a user’s actions, read why one was decided as it was, and set its state after a review.',
  },
  challenges: {
    area: backend,
    title: 'Verify a user without pages',
    description:
      'Send a one-time code by email, and check what the user typed, entirely from your backend. You need no user record to begin: start a challenge, verify the code, find or create the user, then claim the challenge for them. The token that claiming returns works like one of a tracked action.',
  },
  users: {
    area: backend,
    title: 'Users',
    description:
      'Users have the ids that you choose. A user is created the first time you track an action, update the user or enrol an authenticator for them, so there is no separate call for it. Email address, phone number and the other attributes are optional.',
  },
  authenticators: {
    area: backend,
    title: 'Authenticators',
    description:
      'An authenticator is one way in which a user can verify who they are: an email address, a phone number, an authenticator app, a passkey or a security key. Users enrol them in the pages or in your app. From your backend you can list and remove them, and enrol those that you have verified yourself, for example when you migrate from another system.',
  },
  devices: {
    area: backend,
    title: 'Devices',
    description:
      'A device is a browser or a phone that you name by `deviceId` when you track an action. Rules know whether its user has verified from it, and whether it is remembered. From here you can list, remember, forget and invalidate devices.',
  },
  sessions: {
    area: backend,
    title: 'Sessions',
    description:
      'Exchange the token of a successful challenge for a session: an access token that lives for minutes and a refresh token that lives for days. Verify access tokens offline against the tenant’s public keys, or ask Sallyport, which also knows whether the session was revoked. Each session belongs to an app client, which sets how long its tokens live.',
  },
  keys: {
    area: backend,
    title: 'Public keys',
    description:
      'What API gateways and JWT libraries need to verify access tokens without calling Sallyport for each. These addresses need no key and may be cached.',
  },
  start: {
    area: browser,
    title: 'Start with a token',
    description:
      'The client API is called by browsers and apps, so it never takes a secret key. Most calls take the token that your backend got by tracking an action, as `Authorization: Bearer <token>`. A few can begin without a user, and take the tenant id instead. Read the methods that the tenant offers and, with a token, everything needed to draw the screens.',
  },
  'own-authenticators': {
    area: browser,
    title: 'A user’s own authenticators',
    description:
      'Let signed-in users see, rename and remove their own authenticators. Contacts are masked. What a token permits depends on the scopes that your backend asked for when it tracked the action, and on how the user has verified since.',
  },
  'own-devices': {
    area: browser,
    title: 'A user’s own devices',
    description:
      'Let users have the device remembered that they have just verified from, and let them see, name and forget their devices.',
  },
  passkeys: {
    area: browser,
    title: 'Passkeys',
    description:
      'Register a passkey, or verify a user with one. Each is two calls around the browser’s WebAuthn API: get the options, pass them to the browser, and send back what it returns.',
  },
  'security-keys': {
    area: browser,
    title: 'Security keys',
    description:
      'Register a hardware security key, or verify a user with one. As with passkeys, get the options, pass them to the browser, and send back what it returns.',
  },
  'authenticator-apps': {
    area: browser,
    title: 'Authenticator apps',
    description:
      'Enrol an authenticator app by a QR code, and verify the six digits that it shows. The first correct code completes the enrolment.',
  },
  'email-codes': {
    area: browser,
    title: 'Codes by email',
    description: 'Send a one-time code to the user’s email address, and check what they typed.',
  },
  'email-links': {
    area: browser,
    title: 'Links by email',
    description:
      'Send a link to the user’s email address, and wait until they have opened and confirmed it, on this device or another.',
  },
  'phone-codes': {
    area: browser,
    title: 'Codes by text message and WhatsApp',
    description: 'Send a one-time code to the user’s phone number, and check what they typed.',
  },
  apps: {
    area: browser,
    title: 'Keys of apps',
    description:
      'An app on the user’s phone makes a key pair, registers its public key, and later signs with the private one. The same key can be registered for push messages, for QR codes and for verification inside the app; each is an authenticator of its own. Apps without a token name the tenant, and prove by a signature which key is theirs.',
  },
  'qr-codes': {
    area: browser,
    title: 'QR codes',
    description:
      'A page shows a code, the user’s app scans it, shows who asks and for what, and approves it with its key. The page waits over a live connection, or polls.',
  },
  push: {
    area: browser,
    title: 'Push',
    description:
      'Ask the apps on the user’s phones to approve an action. A browser starts the request, shows the number to match and polls for the answer. The app reads what waits, shows it to the user and answers with its signature.',
  },
  'recovery-codes': {
    area: browser,
    title: 'Recovery codes',
    description:
      'Recovery codes let users in who have lost every authenticator. Verify one, or replace the whole set. Each code works once.',
  },
  tenant: {
    area: settings,
    title: 'Tenant',
    description:
      'The settings of the tenant that the management key belongs to: lifetimes, webhooks, permitted addresses and what users may do.',
  },
  'action-configurations': {
    area: settings,
    title: 'Action configurations',
    description:
      'An action configuration says what happens to an action when no rule decides: its default outcome, the methods that it offers, and the message that the pages show. One is created when an action is first tracked, so you only need these calls to change it or to prepare it in advance.',
  },
  rules: {
    area: settings,
    title: 'Rules',
    description:
      'A rule belongs to an action: if its conditions match the facts of a request, its outcome applies. Rules are evaluated in order of priority, and the first that matches decides. Try rules against facts of your own before you activate them.',
  },
  'value-lists': {
    area: settings,
    title: 'Value lists',
    description:
      'Lists that rules can read, such as blocked countries, known addresses or internal users. Change a list without touching the rules that use it.',
  },
  'custom-data-points': {
    area: settings,
    title: 'Custom data points',
    description:
      'Declare the members of `custom` that you send with actions and users, with their types, so that rules can read them.',
  },
  methods: {
    area: settings,
    title: 'Verification methods',
    description:
      'Choose the methods that the tenant offers, and configure each: code length, rate limits, senders and the credentials of message providers. Credentials are stored encrypted and never returned.',
  },
  appearance: {
    area: settings,
    title: 'Look and wording',
    description: 'Colours, logo, layout and every sentence of the pages and messages that your users meet.',
  },
  'app-clients': {
    area: settings,
    title: 'App clients',
    description:
      'An app client is an application that has sessions. It sets how long access and refresh tokens live and which claims an access token carries.',
  },
  alerts: {
    area: settings,
    title: 'Alerts',
    description:
      'Have people told by mail when a number reaches a threshold: blocked payments, failed proofs, refused mails, lockouts, or deliveries that wait. One incident makes two messages: when it begins, and when it is over.',
  },
  events: {
    area: settings,
    title: 'Events',
    description:
      'Other servers are told what happens: an endpoint is a URL with the types of events that it wants. Every request is signed. What was not accepted is tried again for as long as the event is kept. See what became of each delivery, read one attempt whole, and send events again.',
  },
  support: {
    area: settings,
    title: 'Help a user',
    description:
      'For support tools that hold a management key: unlock a method after too many wrong codes, remove a lost authenticator, lift the hold on one that was added during recovery, invalidate a lost device, and export everything that is known of a person.',
  },
  'portal-session': {
    area: portal,
    title: 'Come in',
    description:
      'An operator is invited, makes a passkey, and signs in with it. The session is a cookie that only this server reads; it ends after 15 minutes without a call, and after 12 hours. What is dangerous asks for a fresh proof.',
  },
  team: {
    area: portal,
    title: 'Team',
    description: 'Who may come in to a tenant, and with which roles.',
  },
  activity: {
    area: portal,
    title: 'What happened',
    description:
      'Actions with why they were decided so, those that wait for a review, users, and who changed what. Contacts are masked for roles that may not see them.',
  },
  'portal-configuration': {
    area: portal,
    title: 'Configure',
    description:
      'What operators need beside the management API, which they may call as well: what rules read, and the keys of the APIs.',
  },
  'rules-portal': {
    area: portal,
    title: 'Drafts of rules',
    description:
      'Changes of an action’s rules gather in a draft, are tried on the latest actions, and are published all at once. The versions before are kept, and can be gone back to.',
  },
  pages: {
    area: pages,
    title: 'Pages',
    description:
      'The pages that users meet in the browser, and the links that they are mailed. You do not call these: you send users to the `url` of a tracked action, and Sallyport mails the links.',
  },
  providers: {
    area: providers,
    title: 'Message providers',
    description:
      'What the providers of texts and mail call. You do not call these: you give a provider the `callbackUrl` of the method’s configuration.',
  },
  development: {
    area: pages,
    title: 'Development',
    description:
      'Help for developers on their own machine: a welcome page, a demo challenge and an inbox with the messages that would have been sent. In production mode these paths answer `not_found`.',
  },
} as const satisfies Record<string, GroupEntry>;

export type Group = keyof typeof groups;
