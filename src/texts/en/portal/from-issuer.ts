/** Of `shell/from-issuer.tsx`. */
export const fromIssuerTexts = {
  pageTitle: 'Sign in · Sallyport',
  confirmed: 'It is you',
  confirmedText: 'You can do it now, for five minutes.',
  inHeading: 'You are in',
  inText:
    'You can make a passkey as well. What is dangerous then asks for it, and nobody does that with your account alone. This is offered only now.',
  waitingForPasskey: 'Waiting for your passkey…',
  makeAPasskey: 'Make a passkey',
  goOnWithout: 'Go on without',
  signingYouIn: 'Signing you in',
  notConfirmed: 'Not confirmed',
  notSignedIn: 'Not signed in',
  portalLoading: 'The portal is loading',
  goBack: 'Go back to where you were',
  goToSignIn: 'Go to the sign-in page',
} as const;
