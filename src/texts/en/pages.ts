/**
 * The sentences of the pages in English. An id is `<screen>.<role>`, followed by an item if a screen has several of a
 * role. `{name}` is replaced with a value; `<identifier>` and `<link>` mark the text that they enclose. Every other
 * language has the same ids.
 */
export const enPages = {
  'common.title': 'Confirm it’s you',
  'common.back': 'Back',
  'common.otherWay': 'Try another way',
  'common.or': 'or',
  'common.continue': 'Continue',
  'common.cancel': 'Cancel',
  'common.retry': 'Try again',
  'common.wait': 'One moment…',
  'common.slow': 'This is taking longer than usual. We’re still trying.',
  'common.offline': 'You’re offline. Check your connection. This page will continue when you’re back.',
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
  'problem.tooManyTries': 'Too many attempts. You can try again in {time}.',
  'problem.tooManyTriesNow': 'Too many attempts. Wait a moment, then try again or use another way.',
  'problem.mayTryAgain': 'You can try again now.',
  'problem.locked': 'Too many attempts, so this way is locked. Use another way, or ask {tenantName} for help.',
  'problem.tooManySent': 'Too many messages were requested. Wait a moment before you ask for another.',
  'problem.delivery': 'We couldn’t send the message. Try another way, or try again later.',
  'problem.notPermitted': 'You can’t do that here. Try another way.',
  'problem.emailInvalid': 'Enter an e-mail address, such as name@example.com.',
  'problem.phoneInvalid': 'Check the number. For a number from another country, choose that country first.',
  'problem.nameEmpty': 'Enter a name.',
  'problem.copy': 'Copying doesn’t work here. Select the text instead.',

  'method.PASSKEY': 'Passkey',
  'method.SECURITY_KEY': 'Security key',
  'method.AUTHENTICATOR_APP': 'Authenticator app',
  'method.EMAIL_OTP': 'E-mail code',
  'method.EMAIL_MAGIC_LINK': 'E-mail link',
  'method.RECOVERY_CODE': 'Recovery code',
  'method.PUSH': 'Push message',
  'method.QR_CODE': 'QR code',
  'method.IN_APP': 'App',
  'push-message.body': 'Is it you? Open the app to answer.',
  'method.SMS': 'Text message',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Another way',
  'method-hint.QR_CODE': 'Scan with the app on your phone: no code to type',
  'method-hint.PASSKEY': 'Your fingerprint, face or screen lock',
  'method-hint.SECURITY_KEY': 'A key you plug in or tap',
  'method-hint.AUTHENTICATOR_APP': 'A code from an app on your phone',
  'method-hint.PUSH': 'Approve on your phone',
  'method-hint.EMAIL_OTP': 'We’ll e-mail you a code',
  'method-hint.EMAIL_MAGIC_LINK': 'We’ll e-mail you a link to open',
  'method-hint.RECOVERY_CODE': 'One of the codes you saved',
  'method-hint.SMS': 'We’ll text you a code',
  'method-hint.WHATSAPP': 'We’ll send you a code on WhatsApp',

  'method-select.heading': 'Confirm it’s you',
  'method-select.description': 'Choose how you’d like to confirm.',
  'enroll-select.heading': 'Set up a way to confirm it’s you',
  'enroll-select.description': 'Choose how {tenantName} can check that it’s you.',

  'code.label': 'Code',
  'code.resend': 'Send a new code',
  'code.resendIn': 'You can ask for a new code in {time}.',
  'code.mayNotArrive': 'Earlier messages didn’t arrive there. If nothing comes, try another way.',
  'code.resent': 'A new code is on its way. Earlier codes no longer work.',

  'sms-code-entry.heading': 'Enter the code we sent you',
  'sms-code-entry.description': 'We sent it to <identifier>{identifier}</identifier> by text message.',
  'sms-code-entry.primaryCta': 'Confirm',

  'whatsapp-code-entry.heading': 'Check WhatsApp',
  'whatsapp-code-entry.description': 'Enter the code we sent to <identifier>{identifier}</identifier>.',
  'whatsapp-code-entry.primaryCta': 'Confirm',

  'sms-phone-entry.heading': 'Your phone number',
  'sms-phone-entry.description': '{tenantName} will use it to check that it’s you.',
  'sms-phone-entry.country': 'Country or region',
  'sms-phone-entry.noCountry': 'Choose',
  'sms-phone-entry.label': 'Phone number',
  'sms-phone-entry.primaryCta': 'Continue',
  'sms-phone-entry.consent':
    'By continuing, you agree that {tenantName} sends codes to this number. <link>Learn more</link>',
  'sms-phone-entry.other': 'Use a different number',

  'email-code-entry.heading': 'Check your e-mail',
  'email-code-entry.description': 'Enter the code we sent to <identifier>{identifier}</identifier>.',
  'email-code-entry.primaryCta': 'Confirm',
  'email-code-entry.deliveryWarning': 'It can take a few minutes to arrive. Check your spam folder too.',

  'email-address-entry.heading': 'Your e-mail address',
  'email-address-entry.description': '{tenantName} will use it to check that it’s you.',
  'email-address-entry.label': 'E-mail address',
  'email-address-entry.primaryCta': 'Continue',
  'email-address-entry.other': 'Use a different address',

  'email-link-sent.heading': 'Open the link we sent you',
  'email-link-sent.description':
    'We sent it to <identifier>{identifier}</identifier>. Open it on any device. This page continues by itself.',
  'email-link-sent.waiting': 'Waiting for you to open the link…',
  'email-link-sent.resend': 'Send a new link',
  'email-link-sent.resendIn': 'You can ask for a new link in {time}.',
  'email-link-sent.resent': 'A new link is on its way. Earlier links no longer work.',

  'magic-link.heading': 'Confirm it’s you at {tenantName}?',
  'magic-link.description': 'Confirm only if you just asked for this yourself, on the device below.',
  'magic-link.primaryCta': 'Yes, it’s me',
  'magic-link.secondaryCta': 'No, it wasn’t me',
  'magic-link.action': 'For',
  'magic-link.device': 'Device',
  'magic-link.place': 'Place',
  'magic-link.time': 'Requested',
  'magic-link-done.heading': 'Confirmed',
  'magic-link-done.description': 'Go back to the page where you started. You can close this one.',
  'magic-link-done.primaryCta': 'Continue',
  'magic-link-denied.heading': 'Thanks for telling us',
  'magic-link-denied.description':
    'The link no longer works, and we’ve told {tenantName} that it wasn’t you. You can close this page.',
  'magic-link-over.heading': 'This link no longer works',
  'magic-link-over.description':
    'It was already used, has expired or is incomplete. Go back to where you started and ask for a new one.',
  'magic-link-over.advice': 'If you didn’t ask for this link, tell {tenantName}.',

  'help-take.heading': 'Get back in at {tenantName}',
  'help-take.description':
    'Continue only if you asked {tenantName} for help. You can then set up a new way to confirm it’s you. It’s limited for a while at first.',
  'help-take.primaryCta': 'Continue',
  'help-stop.heading': 'Didn’t you ask for help?',
  'help-stop.description':
    'Someone asked {tenantName} to let them into your account. If that wasn’t you, stop it here.',
  'help-stop.primaryCta': 'It wasn’t me: stop it',
  'help-stopped.heading': 'It’s stopped',
  'help-stopped.description':
    'The link no longer works, whatever was added with it and still waited was removed, and {tenantName} has been told. You can close this page.',

  'totp-code-entry.heading': 'Enter the code from your app',
  'totp-code-entry.description': 'Open your authenticator app and enter the code it shows for {tenantName}.',
  'totp-code-entry.primaryCta': 'Confirm',

  'totp-download.heading': 'No authenticator app yet?',
  'totp-download.description':
    'Any authenticator app works, including one built into a password manager. You’ll find several in your phone’s app store.',

  'qr-code-verify.heading': 'Scan with your phone',
  'qr-code-verify.description':
    'Open the {tenantName} app on your phone and scan this code. The app then shows what you are confirming.',
  'qr-code-verify.imageLabel': 'QR code for the app on your phone',
  'qr-code-verify.waiting': 'Waiting for your phone…',
  'qr-code-verify.ended': 'This code can no longer be used. Try again, or use another way.',
  'qr-code-verify.passkeyCta': 'Use a passkey on your phone',
  'qr-code-verify.passkeyHint':
    'Your browser shows a code of its own to scan with your phone’s camera. It only works with your phone beside you, so nobody far away can misuse it.',
  'qr-code-scanned.heading': 'Look at your phone',
  'qr-code-scanned.description':
    'The {tenantName} app shows what you are confirming. Approve it there only if it is right.',
  'qr-code-scanned.waiting': 'Waiting for your answer on the phone…',
  'totp-setup.heading': 'Connect your app',
  'totp-setup.description': 'Scan this QR code with your authenticator app, then enter the code it shows.',
  'totp-setup.onPhone':
    'Open your authenticator app from here, or scan the QR code with another device. Then enter the code it shows.',
  'totp-setup.imageLabel': 'QR code for your authenticator app',
  'totp-setup.secretLabel': 'Can’t scan it? Enter this key in the app:',
  'totp-setup.openApp': 'Open in an app on this device',
  'totp-setup.copy': 'Copy the key',
  'totp-setup.copied': 'Copied.',
  'totp-setup.primaryCta': 'Confirm',

  'push-wait.heading': 'Answer on your phone',
  'push-wait.description':
    'Open the app on your phone and enter this number there. Enter it only if you asked for this yourself.',
  'push-wait.number': 'The number is',
  'push-wait.waiting': 'Waiting for your phone…',
  'push-wait.late': 'No answer yet. Is your phone on and connected?',
  'push-wait.asking': 'Asking your phone…',
  'push-wait.again': 'Ask again',
  'push-wait.wrongNumber':
    'Another number was entered on the phone. Ask again, then enter the number that you see here.',
  'push-wait.ended': 'This request can no longer be answered. Ask again, or use another way.',

  'passkey-verify.heading': 'Use your passkey',
  'passkey-verify.description': 'Confirm with your fingerprint, face or screen lock.',
  'passkey-verify.primaryCta': 'Use passkey',
  'passkey-verify.waiting': 'Follow the steps on your device…',
  'passkey-verify.cancelled': 'That was cancelled or timed out. You can try again.',
  'passkey-verify.refused': 'This passkey wasn’t accepted. Try again, or use another way.',
  'passkey-verify.unsupported':
    'This browser can’t use passkeys here. Use another way, or open this page in another browser.',

  'passkey-create.heading': 'Create a passkey',
  'passkey-create.description': 'Next time, confirm with your fingerprint, face or screen lock. No code, no password.',
  'passkey-create.primaryCta': 'Create passkey',
  'passkey-create.waiting': 'Follow the steps on your device…',
  'passkey-create.cancelled': 'No passkey was created. You can try again.',
  'passkey-create.exists': 'This device already has a passkey for you.',
  'passkey-create.refused': 'This key wasn’t accepted. Try another one, such as a security key, or use another way.',

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
    'Have your key ready. When your browser asks, plug it in or hold it to your device.',
  'security-key-create.primaryCta': 'Add security key',
  'security-key-create.cancelled': 'No key was added. You can try again.',
  'security-key-create.exists': 'You’ve already added this key.',

  'recovery-code-entry.heading': 'Enter a recovery code',
  'recovery-code-entry.description': 'Use one of the codes you saved. Each one works once.',
  'recovery-code-entry.label': 'Recovery code',
  'recovery-code-entry.primaryCta': 'Confirm',

  'recovery-codes-show.heading': 'Save your recovery codes',
  'recovery-codes-show.description': 'Use one to get in if you lose your device. You’ll see them only this once.',
  'recovery-codes-show.primaryCta': 'Continue',
  'recovery-codes-show.keepFirst': 'Copy or download the codes first, or tick the box once you’ve written them down.',
  'recovery-codes-show.kept': 'I’ve saved them',
  'recovery-codes-show.copy': 'Copy',
  'recovery-codes-show.copied': 'Copied.',
  'recovery-codes-show.download': 'Download',
  'recovery-codes-show.fileName': 'recovery-codes',

  'remember-device.label': 'Remember this device for {time}',
  'remember-device.hint': 'Only if nobody else uses it.',

  'settings.heading': 'How you confirm it’s you',
  'settings.description': 'These ways to confirm protect your account at {tenantName}.',
  'settings.empty': 'Nothing is set up yet.',
  'settings.add': 'Add another way',
  'settings.added': 'Added {date}',
  'settings.recoveryCodes': 'Recovery codes',
  'settings.codesLeft': 'Codes left: {count}',
  'settings.lastUsed': 'last used {date}',
  'settings.heldUntil': 'Limited until {time}',
  'settings.heldWhy':
    'It was added with a recovery code or a weaker way. If that wasn’t you, remove it and tell {tenantName} right away.',
  'settings.default': 'Default',
  'settings.makeDefault': 'Use by default',
  'settings.madeDefault': 'This is now your default.',
  'settings.rename': 'Rename',
  'settings.renameLabel': 'Name',
  'settings.save': 'Save',
  'settings.renamed': 'Renamed.',
  'settings.change': 'Change',
  'settings.remove': 'Remove',
  'settings.removeHeading': 'Remove “{name}”?',
  'settings.removeDescription': 'You won’t be able to use it any more. This can’t be undone.',
  'settings.removed': 'Removed.',
  'settings.lastOne': 'This is your only way in, so you can’t remove it. Add another first.',
  'settings.lastPasskey': 'This is your last passkey, so you can’t remove it. Add another passkey first.',
  'settings.newRecoveryCodes': 'Create new recovery codes',
  'settings.newRecoveryCodesDescription': 'Your current codes will stop working.',
  'settings.done': 'Done',
  'settings.proveFirst': 'To make changes here, first confirm in the strongest way you have.',

  'devices.heading': 'Your devices',
  'devices.description': 'You’ve confirmed it’s you from these devices.',
  'devices.empty': 'There are none yet.',
  'devices.unknown': 'Unknown device',
  'devices.this': 'This device',
  'devices.name': '{browser} on {os}',
  'devices.rememberedUntil': 'Remembered until {date}',
  'devices.forget': 'Forget',
  'devices.forgetHeading': 'Forget “{name}”?',
  'devices.forgetDescription': 'You’ll be asked to confirm it’s you there, as on a new device.',
  'devices.forgotten': 'Forgotten.',

  'enroll-success.heading': 'All set',
  'enroll-success.description': 'From now on you can confirm it’s you with:',
  'enroll-success.primaryCta': 'Continue',

  'challenge-success.heading': 'Confirmed',
  'challenge-success.description': 'You’ve confirmed it’s you to {tenantName}. You can close this page.',
  'challenge-success.leaving': 'Taking you back to {tenantName}…',

  'challenge-quit.heading': 'You stopped',
  'challenge-quit.description': 'Nothing was confirmed. You can close this page, or continue.',
  'challenge-quit.primaryCta': 'Continue',

  'session-expired.heading': 'This page has expired',
  'session-expired.description': 'Nothing was changed. Go back to where you started and try again.',
  'session-expired.primaryCta': 'Go back',

  'challenge-blocked.heading': 'We stopped this request',
  'challenge-blocked.description':
    'We did this to protect you. If you think it’s a mistake, ask {tenantName} for help.',
  'challenge-blocked.primaryCta': 'Go back',

  'challenge-failed.heading': 'This was declined',
  'challenge-failed.description': 'It wasn’t confirmed, so nothing was done. You can start again from {tenantName}.',
  'challenge-failed.primaryCta': 'Go back',

  'challenge-review.heading': 'This is being reviewed',
  'challenge-review.description': '{tenantName} is checking it. There’s nothing more for you to do here.',
  'challenge-review.primaryCta': 'Go back',

  'cannot-confirm.heading': 'This can’t be confirmed here',
  'cannot-confirm.description': 'None of the ways you’ve set up can be used for this. Ask {tenantName} for help.',
  'cannot-confirm.primaryCta': 'Go back',

  'generic-error.heading': 'Something went wrong',
  'generic-error.description': 'It’s not your fault, and nothing was changed. Please try again.',
  'generic-error.primaryCta': 'Try again',

  'failure-busy.heading': 'Not possible right now',
  'failure-busy.description': 'It’s not your fault. Please try again in a moment.',
  'failure-missing.heading': 'There’s nothing here',
  'failure-missing.description':
    'The address is incomplete or has a mistake in it. Go back to where you started and try again.',
  'failure-again.description': 'It’s not your fault. Go back to where you started and try again.',
  'failure.reference': 'Reference: {id}',
} as const;
