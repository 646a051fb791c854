/**
 * The sentences of the pages in English. An id is `<screen>.<role>` and, where a screen has several of a role, an item.
 * `{name}` stands for a value, `<identifier>` and `<link>` for what they enclose; every other language has the same ids.
 */
export const enPages = {
  'common.title': 'Confirm it’s you',
  'common.back': 'Back',
  'common.otherWay': 'Try another way',
  'common.continue': 'Continue',
  'common.cancel': 'Cancel',
  'common.retry': 'Try again',
  'common.wait': 'One moment…',
  'common.slow': 'This takes longer than usual. We’re still trying.',
  'common.offline': 'You’re offline. Check your connection; this page will go on from here.',
  'common.online': 'You’re online again.',
  'common.securedBy': 'Protected by Sallyport',
  'common.recommended': 'Recommended',
  'common.closable': 'You can close this page.',
  'common.close': 'Close',

  'no-script.heading': 'JavaScript is switched off',
  'no-script.description':
    'This page needs JavaScript to confirm that it’s you. Switch it on in your browser’s settings, then reload the page.',

  'problem.network': 'We can’t reach the server. Check your connection and try again.',
  'problem.unexpected': 'Something went wrong on our side. Please try again.',
  'problem.wrongCode': 'That code isn’t right, or it has expired. Check it and try again.',
  'problem.codeIncomplete': 'Enter all {count} digits of the code.',
  'problem.codeMissing': 'Enter the code first.',
  'problem.tooManyTries': 'Too many tries. You can try again in {time}.',
  'problem.tooManyTriesNow': 'Too many tries. Wait a little, then try again or use another way.',
  'problem.mayTryAgain': 'You can try again now.',
  'problem.locked': 'Too many tries. This way is locked; use another way, or ask {tenantName} for help.',
  'problem.tooManySent': 'Too many messages were requested. Wait a little before you ask for another.',
  'problem.delivery': 'The message could not be sent. Try another way, or try again later.',
  'problem.notPermitted': 'That isn’t possible here. Try another way.',
  'problem.emailInvalid': 'Enter an e-mail address, such as name@example.com.',
  'problem.nameEmpty': 'Enter a name.',
  'problem.copy': 'Copying isn’t possible here. Select the text instead.',

  'method.PASSKEY': 'Passkey',
  'method.SECURITY_KEY': 'Security key',
  'method.AUTHENTICATOR_APP': 'Authenticator app',
  'method.EMAIL_OTP': 'Code by e-mail',
  'method.EMAIL_MAGIC_LINK': 'Link by e-mail',
  'method.RECOVERY_CODE': 'Recovery code',
  'method.SMS': 'Text message',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Another way',
  'method-hint.PASSKEY': 'Your fingerprint, face or screen lock',
  'method-hint.SECURITY_KEY': 'A key that you plug in or tap',
  'method-hint.AUTHENTICATOR_APP': 'A code from an app on your phone',
  'method-hint.EMAIL_OTP': 'We send you a code',
  'method-hint.EMAIL_MAGIC_LINK': 'We send you a link to open',
  'method-hint.RECOVERY_CODE': 'One of the codes you kept',

  'method-select.heading': 'Confirm it’s you',
  'method-select.description': 'Choose how.',
  'enroll-select.heading': 'Set up how you sign in',
  'enroll-select.description': 'Choose a way for {tenantName} to know that it’s you.',

  'code.label': 'Code',
  'code.resend': 'Send a new code',
  'code.resendIn': 'You can ask for a new code in {time}.',
  'code.resent': 'A new code is on its way. Earlier codes no longer work.',

  'sms-code-entry.heading': 'Enter the code we sent you',

  'email-code-entry.heading': 'Check your e-mail',
  'email-code-entry.description': 'Enter the code that we sent to <identifier>{identifier}</identifier>.',
  'email-code-entry.primaryCta': 'Confirm',
  'email-code-entry.deliveryWarning': 'It can take a few minutes to arrive. Look in your spam folder, too.',

  'email-address-entry.heading': 'Your e-mail address',
  'email-address-entry.description': '{tenantName} will use it to make sure that it’s you.',
  'email-address-entry.label': 'E-mail address',
  'email-address-entry.primaryCta': 'Continue',
  'email-address-entry.other': 'Use another address',

  'email-link-sent.heading': 'Open the link we sent you',
  'email-link-sent.description':
    'It went to <identifier>{identifier}</identifier>. Open it on any device; this page goes on by itself.',
  'email-link-sent.waiting': 'Waiting for you to open the link…',
  'email-link-sent.resend': 'Send a new link',
  'email-link-sent.resendIn': 'You can ask for a new link in {time}.',
  'email-link-sent.resent': 'A new link is on its way. Earlier links no longer work.',

  'magic-link.heading': 'Confirm to {tenantName} that it’s you?',
  'magic-link.description': 'Confirm only if you have just asked for this yourself, on the device below.',
  'magic-link.primaryCta': 'Yes, it’s me',
  'magic-link.secondaryCta': 'No, it wasn’t me',
  'magic-link.action': 'For',
  'magic-link.device': 'Device',
  'magic-link.place': 'Place',
  'magic-link.time': 'Asked at',
  'magic-link-done.heading': 'Confirmed',
  'magic-link-done.description':
    'Go back to where you asked for it: {tenantName} goes on there. You can close this page.',
  'magic-link-done.primaryCta': 'Continue',
  'magic-link-denied.heading': 'Thank you for telling us',
  'magic-link-denied.description':
    'The link no longer works, and {tenantName} has been told that it wasn’t you. You can close this page.',
  'magic-link-over.heading': 'This link is no longer good',
  'magic-link-over.description':
    'It was used, has expired or is incomplete. Go back to where you came from and ask for another.',
  'magic-link-over.advice': 'If you didn’t ask for this link, tell {tenantName}.',

  'totp-code-entry.heading': 'Enter the code from your app',
  'totp-code-entry.description': 'Open your authenticator app and enter the code it shows for {tenantName}.',
  'totp-code-entry.primaryCta': 'Confirm',

  'totp-download.heading': 'No authenticator app yet?',
  'totp-download.description':
    'Any app that makes codes will do, such as the one of your password manager. The app store of your phone has many.',

  'totp-setup.heading': 'Connect your app',
  'totp-setup.description': 'Scan this picture with your authenticator app, then enter the code that it shows.',
  'totp-setup.onPhone':
    'Open your authenticator app from here, or scan the picture with another device. Then enter the code that it shows.',
  'totp-setup.imageLabel': 'QR code for your authenticator app',
  'totp-setup.secretLabel': 'Can’t scan it? Enter this key in the app:',
  'totp-setup.openApp': 'Open in an app on this device',
  'totp-setup.copy': 'Copy the key',
  'totp-setup.copied': 'Copied.',
  'totp-setup.primaryCta': 'Confirm',

  'passkey-verify.heading': 'Use your passkey',
  'passkey-verify.description': 'Confirm with your fingerprint, face or screen lock.',
  'passkey-verify.primaryCta': 'Use passkey',
  'passkey-verify.waiting': 'Follow your device…',
  'passkey-verify.cancelled': 'That was cancelled or took too long. You can try again.',
  'passkey-verify.refused': 'This passkey was not accepted. Try again, or use another way.',
  'passkey-verify.unsupported':
    'This browser can’t use passkeys here. Use another way, or open this page in another browser.',

  'passkey-create.heading': 'Create a passkey',
  'passkey-create.description':
    'Next time you confirm with your fingerprint, face or screen lock. No code, no password.',
  'passkey-create.primaryCta': 'Create passkey',
  'passkey-create.waiting': 'Follow your device…',
  'passkey-create.cancelled': 'No passkey was created. You can try again.',
  'passkey-create.exists': 'This device has a passkey for you already.',
  'passkey-create.refused': 'This key was not accepted. Try another one, such as a security key, or use another way.',

  'passkey-uplift.heading': 'Faster next time',
  'passkey-uplift.description':
    'Create a passkey and confirm with your fingerprint, face or screen lock. It also protects you from fake sites.',
  'passkey-uplift.primaryCta': 'Create passkey',
  'passkey-uplift.secondaryCta': 'Not now',

  'security-key-verify.heading': 'Use your security key',
  'security-key-verify.description': 'Plug it in or hold it to your device, then touch it.',
  'security-key-verify.primaryCta': 'Use security key',

  'security-key-create.heading': 'Add a security key',
  'security-key-create.description':
    'Have your key at hand. Plug it in or hold it to your device when your browser asks.',
  'security-key-create.primaryCta': 'Add security key',
  'security-key-create.cancelled': 'No key was added. You can try again.',
  'security-key-create.exists': 'This key has been added already.',

  'recovery-code-entry.heading': 'Enter a recovery code',
  'recovery-code-entry.description': 'Use one of the codes that you kept when you set this up. Each works once.',
  'recovery-code-entry.label': 'Recovery code',
  'recovery-code-entry.primaryCta': 'Confirm',

  'recovery-codes-show.heading': 'Keep these codes safe',
  'recovery-codes-show.description':
    'With one of them you get in if you lose your device. They are shown only this once.',
  'recovery-codes-show.primaryCta': 'Continue',
  'recovery-codes-show.keepFirst': 'Copy or download the codes, or tick the box once you’ve written them down.',
  'recovery-codes-show.kept': 'I’ve kept them',
  'recovery-codes-show.copy': 'Copy',
  'recovery-codes-show.copied': 'Copied.',
  'recovery-codes-show.download': 'Download',
  'recovery-codes-show.fileName': 'recovery-codes',

  'settings.heading': 'How you confirm it’s you',
  'settings.description': 'These ways protect what you do at {tenantName}.',
  'settings.empty': 'Nothing is set up yet.',
  'settings.add': 'Add another way',
  'settings.added': 'Added {date}',
  'settings.recoveryCodes': 'Recovery codes',
  'settings.codesLeft': 'Codes left: {count}',
  'settings.lastUsed': 'last used {date}',
  'settings.heldUntil': 'Not fully usable until {time}',
  'settings.heldWhy':
    'It was added with a recovery code or a weaker way. If that wasn’t you, remove it and tell {tenantName} at once.',
  'settings.default': 'Default',
  'settings.makeDefault': 'Use by default',
  'settings.madeDefault': 'This is your default now.',
  'settings.rename': 'Rename',
  'settings.renameLabel': 'Name',
  'settings.save': 'Save',
  'settings.renamed': 'Renamed.',
  'settings.change': 'Change',
  'settings.remove': 'Remove',
  'settings.removeHeading': 'Remove “{name}”?',
  'settings.removeDescription': 'You won’t be able to use it any more. This can’t be undone.',
  'settings.removed': 'Removed.',
  'settings.lastOne': 'This is your only way in, so it can’t be removed. Add another first.',
  'settings.lastPasskey': 'This is your last passkey, so it can’t be removed. Add another passkey first.',
  'settings.newRecoveryCodes': 'Make new recovery codes',
  'settings.newRecoveryCodesDescription': 'The codes you have now will stop working.',
  'settings.done': 'Done',
  'settings.proveFirst': 'To change something here, confirm with the strongest way that you have.',

  'enroll-success.heading': 'All set',
  'enroll-success.description': 'From now on you can confirm that it’s you with:',
  'enroll-success.primaryCta': 'Continue',

  'challenge-success.heading': 'Confirmed',
  'challenge-success.description': 'You have confirmed it to {tenantName}. You can close this page.',
  'challenge-success.leaving': 'Taking you back to {tenantName}…',

  'challenge-quit.heading': 'You’ve stopped here',
  'challenge-quit.description': 'Nothing was confirmed. You can close this page, or go on after all.',
  'challenge-quit.primaryCta': 'Go on after all',

  'session-expired.heading': 'This page has expired',
  'session-expired.description': 'Nothing was changed. Go back to where you came from and start again.',
  'session-expired.primaryCta': 'Go back',

  'challenge-blocked.heading': 'We stopped this request',
  'challenge-blocked.description': 'It was stopped to protect you. If that’s a mistake, ask {tenantName} for help.',
  'challenge-blocked.primaryCta': 'Go back',

  'challenge-failed.heading': 'This was declined',
  'challenge-failed.description': 'It was not confirmed, so nothing was done. You can start again from {tenantName}.',
  'challenge-failed.primaryCta': 'Go back',

  'challenge-review.heading': 'This is being looked at',
  'challenge-review.description': '{tenantName} is checking it. There is nothing more for you to do here.',
  'challenge-review.primaryCta': 'Go back',

  'cannot-confirm.heading': 'This can’t be confirmed here',
  'cannot-confirm.description':
    'None of the ways that you have set up can be used for this. Ask {tenantName} for help.',
  'cannot-confirm.primaryCta': 'Go back',

  'generic-error.heading': 'Something went wrong',
  'generic-error.description': 'It isn’t your fault, and nothing was changed. Please try again.',
  'generic-error.primaryCta': 'Try again',

  'failure-busy.heading': 'Not possible right now',
  'failure-busy.description': 'It isn’t your fault. Please try again in a moment.',
  'failure-missing.heading': 'There is nothing here',
  'failure-missing.description':
    'The address is incomplete or has a mistake in it. Go back to where you came from and start again.',
  'failure-again.description': 'It isn’t your fault. Go back to where you came from and try again.',
  'failure.reference': 'Reference: {id}',
} as const;
