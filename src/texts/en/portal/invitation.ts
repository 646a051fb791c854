/** Of `shell/invitation.tsx`. */
export const invitationTexts = {
  pageTitle: 'Invitation · Sallyport',
  gone: 'This invitation no longer works',
  goneText:
    'It works once and for one hour, and a newer one replaces it. If you reloaded this page, open the link again; otherwise ask who invited you for a new one.',
  signIn: 'Sign in',
  heading: 'Welcome to Sallyport',
  text: 'Make a passkey, and you are in. You sign in with it from now on: by your fingerprint, your face or a PIN.',
  textNamed: 'Make a passkey for {email}, and you are in.',
  waitingForPasskey: 'Waiting for your passkey…',
  makeAPasskey: 'Make a passkey',
  byIssuer: 'Sign in with {name} instead',
  byPassword: 'Use a password instead',
  formLoading: 'The form is loading',
  replacesNote: 'If you came in here before, this replaces what you signed in with and ends your sessions.',
} as const;

/** Of `shell/password-set-up.tsx`. */
export const passwordSetUpTexts = {
  formLoading: 'The form is loading',
  text: 'You sign in as {email} with a password and the codes of an app on your phone.',
  password: 'Password',
  scanText:
    'Scan this with an authenticator app, such as that of your password manager, then type the code that it shows.',
  qrCode: 'QR code for your authenticator app',
  cannotScan: 'Cannot scan it?',
  copyKey: 'Copy the key',
  typeKey: 'Type this key into the app: {key}',
  onPhone: 'On the phone itself: <link>open the app</link>',
  code: 'Code of the app',
  comingIn: 'Coming in…',
  comeIn: 'Come in',
} as const;
