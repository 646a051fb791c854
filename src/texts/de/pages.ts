import type { PageTexts } from '../page-texts.ts';

/** German. */
export const dePages: PageTexts = {
  'common.title': 'Identität bestätigen',
  'common.back': 'Zurück',
  'common.otherWay': 'Anderen Weg wählen',
  'common.or': 'oder',
  'common.continue': 'Weiter',
  'common.cancel': 'Abbrechen',
  'common.retry': 'Erneut versuchen',
  'common.wait': 'Einen Moment …',
  'common.slow': 'Das dauert länger als üblich. Wir versuchen es weiter.',
  'common.offline': 'Sie sind offline. Prüfen Sie die Verbindung; danach geht es hier weiter.',
  'common.online': 'Sie sind wieder online.',
  'common.securedBy': 'Geschützt durch Sallyport',
  'common.recommended': 'Empfohlen',
  'common.closable': 'Sie können diese Seite schließen.',
  'common.close': 'Schließen',

  'no-script.heading': 'JavaScript ist ausgeschaltet',
  'no-script.description':
    'Diese Seite braucht JavaScript, um Ihre Identität zu bestätigen. Schalten Sie es in den Einstellungen des Browsers ein und laden Sie die Seite neu.',

  'problem.network': 'Der Server ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es erneut.',
  'problem.unexpected': 'Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es erneut.',
  'problem.wrongCode': 'Der Code stimmt nicht oder ist abgelaufen. Prüfen Sie ihn und versuchen Sie es erneut.',
  'problem.codeIncomplete': 'Geben Sie alle {count} Ziffern des Codes ein.',
  'problem.codeMissing': 'Geben Sie zuerst den Code ein.',
  'problem.tooManyTries': 'Zu viele Versuche. Der nächste ist möglich in: {time}.',
  'problem.tooManyTriesNow': 'Zu viele Versuche. Warten Sie etwas oder wählen Sie einen anderen Weg.',
  'problem.mayTryAgain': 'Sie können es jetzt erneut versuchen.',
  'problem.locked':
    'Zu viele Versuche. Dieser Weg ist gesperrt; wählen Sie einen anderen oder bitten Sie {tenantName} um Hilfe.',
  'problem.tooManySent': 'Es wurden zu viele Nachrichten angefordert. Warten Sie etwas, bevor Sie es erneut versuchen.',
  'problem.delivery':
    'Die Nachricht konnte nicht gesendet werden. Wählen Sie einen anderen Weg oder versuchen Sie es später.',
  'problem.notPermitted': 'Das ist hier nicht möglich. Wählen Sie einen anderen Weg.',
  'problem.emailInvalid': 'Geben Sie eine E-Mail-Adresse ein, etwa name@example.com.',
  'problem.phoneInvalid': 'Prüfen Sie die Nummer. Für eine Nummer aus einem anderen Land wählen Sie zuerst das Land.',
  'problem.nameEmpty': 'Geben Sie einen Namen ein.',
  'problem.copy': 'Kopieren ist hier nicht möglich. Markieren Sie stattdessen den Text.',

  'method.PASSKEY': 'Passkey',
  'method.SECURITY_KEY': 'Sicherheitsschlüssel',
  'method.AUTHENTICATOR_APP': 'Authenticator-App',
  'method.EMAIL_OTP': 'Code per E-Mail',
  'method.EMAIL_MAGIC_LINK': 'Link per E-Mail',
  'method.RECOVERY_CODE': 'Wiederherstellungscode',
  'method.PUSH': 'Push-Nachricht',
  'method.QR_CODE': 'QR-Code',
  'method.IN_APP': 'App',
  'push-message.body': 'Sind Sie das? Öffnen Sie die App, um zu antworten.',
  'method.SMS': 'SMS',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Anderer Weg',
  'method-hint.QR_CODE': 'Mit der App auf Ihrem Handy scannen, ohne Code zum Abtippen',
  'method-hint.PASSKEY': 'Fingerabdruck, Gesicht oder Bildschirmsperre',
  'method-hint.SECURITY_KEY': 'Ein Schlüssel zum Einstecken oder Antippen',
  'method-hint.AUTHENTICATOR_APP': 'Ein Code aus einer App auf Ihrem Telefon',
  'method-hint.PUSH': 'Auf Ihrem Telefon bestätigen',
  'method-hint.EMAIL_OTP': 'Wir senden Ihnen einen Code',
  'method-hint.EMAIL_MAGIC_LINK': 'Wir senden Ihnen einen Link zum Öffnen',
  'method-hint.RECOVERY_CODE': 'Einer der Codes, die Sie aufbewahrt haben',
  'method-hint.SMS': 'Wir senden Ihnen einen Code per SMS',
  'method-hint.WHATSAPP': 'Wir senden Ihnen einen Code per WhatsApp',

  'method-select.heading': 'Bestätigen Sie, dass Sie es sind',
  'method-select.description': 'Wählen Sie, wie.',
  'enroll-select.heading': 'Anmeldung einrichten',
  'enroll-select.description': 'Wählen Sie, woran {tenantName} erkennt, dass Sie es sind.',

  'code.label': 'Code',
  'code.resend': 'Neuen Code senden',
  'code.resendIn': 'Ein neuer Code ist möglich in: {time}.',
  'code.mayNotArrive': 'Frühere Nachrichten kamen dort nicht an. Wenn nichts kommt, wählen Sie einen anderen Weg.',
  'code.resent': 'Ein neuer Code ist unterwegs. Frühere Codes gelten nicht mehr.',

  'sms-code-entry.heading': 'Geben Sie den gesendeten Code ein',
  'sms-code-entry.description': 'Er ging per SMS an <identifier>{identifier}</identifier>.',
  'sms-code-entry.primaryCta': 'Bestätigen',

  'whatsapp-code-entry.heading': 'Sehen Sie in WhatsApp nach',
  'whatsapp-code-entry.description':
    'Geben Sie den Code ein, den wir an <identifier>{identifier}</identifier> gesendet haben.',
  'whatsapp-code-entry.primaryCta': 'Bestätigen',

  'sms-phone-entry.heading': 'Wie lautet Ihre Telefonnummer?',
  'sms-phone-entry.description': '{tenantName} prüft damit, dass Sie es sind.',
  'sms-phone-entry.country': 'Land oder Region',
  'sms-phone-entry.noCountry': 'Bitte wählen',
  'sms-phone-entry.label': 'Telefonnummer',
  'sms-phone-entry.primaryCta': 'Weiter',
  'sms-phone-entry.consent':
    'Wenn Sie fortfahren, stimmen Sie zu, dass {tenantName} Codes an diese Nummer sendet. <link>Mehr erfahren</link>',
  'sms-phone-entry.other': 'Eine andere Nummer verwenden',

  'email-code-entry.heading': 'Sehen Sie in Ihre E-Mails',
  'email-code-entry.description':
    'Geben Sie den Code ein, den wir an <identifier>{identifier}</identifier> gesendet haben.',
  'email-code-entry.primaryCta': 'Bestätigen',
  'email-code-entry.deliveryWarning': 'Es kann einige Minuten dauern. Sehen Sie auch im Spam-Ordner nach.',

  'email-address-entry.heading': 'Wie lautet Ihre E-Mail-Adresse?',
  'email-address-entry.description': '{tenantName} prüft damit, dass Sie es sind.',
  'email-address-entry.label': 'E-Mail-Adresse',
  'email-address-entry.primaryCta': 'Weiter',
  'email-address-entry.other': 'Eine andere Adresse verwenden',

  'email-link-sent.heading': 'Öffnen Sie den gesendeten Link',
  'email-link-sent.description':
    'Er ging an <identifier>{identifier}</identifier>. Öffnen Sie ihn auf einem beliebigen Gerät; diese Seite geht von selbst weiter.',
  'email-link-sent.waiting': 'Warten, bis Sie den Link öffnen …',
  'email-link-sent.resend': 'Neuen Link senden',
  'email-link-sent.resendIn': 'Ein neuer Link ist möglich in: {time}.',
  'email-link-sent.resent': 'Ein neuer Link ist unterwegs. Frühere Links gelten nicht mehr.',

  'magic-link.heading': '{tenantName} bestätigen, dass Sie es sind?',
  'magic-link.description': 'Bestätigen Sie nur, wenn Sie das gerade selbst angefordert haben, auf dem Gerät unten.',
  'magic-link.primaryCta': 'Ja, ich bin es',
  'magic-link.secondaryCta': 'Nein, das war ich nicht',
  'magic-link.action': 'Wofür',
  'magic-link.device': 'Gerät',
  'magic-link.place': 'Ort',
  'magic-link.time': 'Angefordert',
  'magic-link-done.heading': 'Bestätigt',
  'magic-link-done.description':
    'Gehen Sie dorthin zurück, wo Sie es angefordert haben: Dort geht {tenantName} weiter. Sie können diese Seite schließen.',
  'magic-link-done.primaryCta': 'Weiter',
  'magic-link-denied.heading': 'Danke für den Hinweis',
  'magic-link-denied.description':
    'Der Link gilt nicht mehr, und {tenantName} weiß jetzt, dass Sie es nicht waren. Sie können diese Seite schließen.',
  'magic-link-over.heading': 'Dieser Link gilt nicht mehr',
  'magic-link-over.description':
    'Er wurde verwendet, ist abgelaufen oder unvollständig. Gehen Sie zurück und fordern Sie einen neuen an.',
  'magic-link-over.advice': 'Wenn Sie diesen Link nicht angefordert haben, sagen Sie es {tenantName}.',

  'help-take.heading': 'Wieder Zugang zu {tenantName}',
  'help-take.description':
    'Fahren Sie nur fort, wenn Sie {tenantName} um Hilfe gebeten haben. Danach richten Sie einen neuen Weg ein, zu bestätigen, dass Sie es sind. Anfangs lässt sich damit nur wenig tun.',
  'help-take.primaryCta': 'Weiter',
  'help-stop.heading': 'Haben Sie nicht um Hilfe gebeten?',
  'help-stop.description':
    'Jemand hat {tenantName} um Zugang zu Ihrem Konto gebeten. Wenn Sie das nicht waren, stoppen Sie es hier.',
  'help-stop.primaryCta': 'Das war ich nicht: stoppen',
  'help-stopped.heading': 'Gestoppt',
  'help-stopped.description':
    'Der Link gilt nicht mehr. Was damit hinzugefügt wurde und noch wartete, ist entfernt, und {tenantName} weiß Bescheid. Sie können diese Seite schließen.',

  'totp-code-entry.heading': 'Geben Sie den Code aus der App ein',
  'totp-code-entry.description': 'Öffnen Sie Ihre Authenticator-App und geben Sie den Code für {tenantName} ein.',
  'totp-code-entry.primaryCta': 'Bestätigen',

  'totp-download.heading': 'Noch keine Authenticator-App?',
  'totp-download.description':
    'Jede App, die Codes erzeugt, ist recht, etwa die Ihres Passwortmanagers. Der App-Store Ihres Telefons hat viele.',

  'qr-code-verify.heading': 'Mit dem Handy scannen',
  'qr-code-verify.description':
    'Öffnen Sie die App von {tenantName} auf Ihrem Handy und scannen Sie diesen Code. Die App zeigt dann, was Sie bestätigen.',
  'qr-code-verify.imageLabel': 'QR-Code für die App auf Ihrem Handy',
  'qr-code-verify.waiting': 'Warten auf Ihr Handy …',
  'qr-code-verify.ended': 'Dieser Code gilt nicht mehr. Versuchen Sie es erneut oder wählen Sie einen anderen Weg.',
  'qr-code-verify.passkeyCta': 'Passkey auf dem Handy verwenden',
  'qr-code-verify.passkeyHint':
    'Ihr Browser zeigt dafür einen eigenen Code. Scannen Sie ihn mit der Kamera Ihres Handys und entsperren Sie es. Das geht nur, wenn Ihr Handy neben Ihnen liegt: Niemand kann es aus der Ferne missbrauchen.',
  'qr-code-scanned.heading': 'Sehen Sie auf Ihr Handy',
  'qr-code-scanned.description':
    'Die App von {tenantName} zeigt, was Sie bestätigen. Stimmen Sie dort nur zu, wenn es richtig ist.',
  'qr-code-scanned.waiting': 'Warten auf Ihre Antwort auf dem Handy …',
  'totp-setup.heading': 'App verbinden',
  'totp-setup.description': 'Scannen Sie das Bild mit der Authenticator-App und geben Sie den Code ein, den sie zeigt.',
  'totp-setup.onPhone':
    'Öffnen Sie Ihre Authenticator-App von hier, oder scannen Sie das Bild mit einem anderen Gerät. Geben Sie dann den Code ein, den sie zeigt.',
  'totp-setup.imageLabel': 'QR-Code für die Authenticator-App',
  'totp-setup.secretLabel': 'Scannen geht nicht? Geben Sie diesen Schlüssel ein:',
  'totp-setup.openApp': 'In einer App auf diesem Gerät öffnen',
  'totp-setup.copy': 'Schlüssel kopieren',
  'totp-setup.copied': 'Kopiert.',
  'totp-setup.primaryCta': 'Bestätigen',

  'push-wait.heading': 'Antworten Sie auf Ihrem Telefon',
  'push-wait.description':
    'Öffnen Sie die App auf Ihrem Telefon und geben Sie dort diese Zahl ein. Tun Sie das nur, wenn die Anfrage von Ihnen kommt.',
  'push-wait.number': 'Die Zahl ist',
  'push-wait.waiting': 'Warten auf Ihr Telefon…',
  'push-wait.late': 'Noch keine Antwort. Ist Ihr Telefon eingeschaltet und verbunden?',
  'push-wait.asking': 'Ihr Telefon wird gefragt…',
  'push-wait.again': 'Noch einmal fragen',
  'push-wait.wrongNumber':
    'Auf dem Telefon wurde eine andere Zahl eingegeben. Fragen Sie noch einmal und geben Sie die Zahl ein, die Sie hier sehen.',
  'push-wait.ended':
    'Diese Anfrage kann nicht mehr beantwortet werden. Fragen Sie noch einmal oder wählen Sie einen anderen Weg.',

  'passkey-verify.heading': 'Passkey verwenden',
  'passkey-verify.description': 'Bestätigen Sie mit Fingerabdruck, Gesicht oder Bildschirmsperre.',
  'passkey-verify.primaryCta': 'Passkey verwenden',
  'passkey-verify.waiting': 'Folgen Sie Ihrem Gerät …',
  'passkey-verify.cancelled': 'Das wurde abgebrochen oder dauerte zu lange. Sie können es erneut versuchen.',
  'passkey-verify.refused':
    'Dieser Passkey wurde nicht angenommen. Versuchen Sie es erneut oder wählen Sie einen anderen Weg.',
  'passkey-verify.unsupported':
    'Dieser Browser kann hier keine Passkeys verwenden. Wählen Sie einen anderen Weg oder öffnen Sie die Seite in einem anderen Browser.',

  'passkey-create.heading': 'Passkey erstellen',
  'passkey-create.description':
    'Künftig bestätigen Sie mit Fingerabdruck, Gesicht oder Bildschirmsperre. Kein Code, kein Passwort.',
  'passkey-create.primaryCta': 'Passkey erstellen',
  'passkey-create.waiting': 'Folgen Sie Ihrem Gerät …',
  'passkey-create.cancelled': 'Es wurde kein Passkey erstellt. Sie können es erneut versuchen.',
  'passkey-create.exists': 'Auf diesem Gerät gibt es schon einen Passkey für Sie.',
  'passkey-create.refused':
    'Dieser Schlüssel wurde nicht akzeptiert. Versuchen Sie einen anderen, etwa einen Sicherheitsschlüssel, oder einen anderen Weg.',

  'passkey-uplift.heading': 'Nächstes Mal schneller',
  'passkey-uplift.description':
    'Erstellen Sie einen Passkey und bestätigen Sie mit Fingerabdruck, Gesicht oder Bildschirmsperre. Er schützt auch vor gefälschten Seiten.',
  'passkey-uplift.primaryCta': 'Passkey erstellen',
  'passkey-uplift.secondaryCta': 'Nicht jetzt',

  'security-key-verify.heading': 'Sicherheitsschlüssel verwenden',
  'security-key-verify.description': 'Stecken Sie ihn ein oder halten Sie ihn an das Gerät und berühren Sie ihn.',
  'security-key-verify.primaryCta': 'Sicherheitsschlüssel verwenden',

  'security-key-create.heading': 'Sicherheitsschlüssel hinzufügen',
  'security-key-create.description':
    'Halten Sie den Schlüssel bereit. Stecken Sie ihn ein oder halten Sie ihn an das Gerät, wenn der Browser fragt.',
  'security-key-create.primaryCta': 'Schlüssel hinzufügen',
  'security-key-create.cancelled': 'Es wurde kein Schlüssel hinzugefügt. Sie können es erneut versuchen.',
  'security-key-create.exists': 'Dieser Schlüssel ist schon hinzugefügt.',

  'recovery-code-entry.heading': 'Wiederherstellungscode eingeben',
  'recovery-code-entry.description':
    'Verwenden Sie einen der Codes, die Sie bei der Einrichtung aufbewahrt haben. Jeder gilt einmal.',
  'recovery-code-entry.label': 'Wiederherstellungscode',
  'recovery-code-entry.primaryCta': 'Bestätigen',

  'recovery-codes-show.heading': 'Bewahren Sie diese Codes auf',
  'recovery-codes-show.description':
    'Mit einem davon kommen Sie hinein, wenn Sie Ihr Gerät verlieren. Sie werden nur dieses eine Mal gezeigt.',
  'recovery-codes-show.primaryCta': 'Weiter',
  'recovery-codes-show.keepFirst':
    'Kopieren Sie die Codes, laden Sie sie herunter oder setzen Sie das Häkchen, sobald Sie sie notiert haben.',
  'recovery-codes-show.kept': 'Ich habe sie aufbewahrt',
  'recovery-codes-show.copy': 'Kopieren',
  'recovery-codes-show.copied': 'Kopiert.',
  'recovery-codes-show.download': 'Herunterladen',
  'recovery-codes-show.fileName': 'wiederherstellungscodes',

  'remember-device.label': 'Dieses Gerät {time} lang merken',
  'remember-device.hint': 'Nur, wenn niemand sonst es benutzt.',

  'settings.heading': 'So bestätigen Sie Ihre Identität',
  'settings.description': 'Diese Wege schützen, was Sie bei {tenantName} tun.',
  'settings.empty': 'Es ist noch nichts eingerichtet.',
  'settings.add': 'Weiteren Weg hinzufügen',
  'settings.added': 'Hinzugefügt: {date}',
  'settings.recoveryCodes': 'Wiederherstellungscodes',
  'settings.codesLeft': 'Übrige Codes: {count}',
  'settings.lastUsed': 'zuletzt verwendet: {date}',
  'settings.heldUntil': 'Erst ab {time} voll nutzbar',
  'settings.heldWhy':
    'Das wurde mit einem Wiederherstellungscode oder einem schwächeren Weg hinzugefügt. Wenn Sie das nicht waren, entfernen Sie es und melden Sie es {tenantName} sofort.',
  'settings.default': 'Standard',
  'settings.makeDefault': 'Als Standard verwenden',
  'settings.madeDefault': 'Das ist jetzt Ihr Standard.',
  'settings.rename': 'Umbenennen',
  'settings.renameLabel': 'Name',
  'settings.save': 'Speichern',
  'settings.renamed': 'Umbenannt.',
  'settings.change': 'Ändern',
  'settings.remove': 'Entfernen',
  'settings.removeHeading': '„{name}“ entfernen?',
  'settings.removeDescription': 'Sie können es dann nicht mehr verwenden. Das lässt sich nicht rückgängig machen.',
  'settings.removed': 'Entfernt.',
  'settings.lastOne':
    'Das ist Ihr einziger Weg, daher lässt er sich nicht entfernen. Fügen Sie zuerst einen weiteren hinzu.',
  'settings.lastPasskey':
    'Das ist Ihr letzter Passkey, daher lässt er sich nicht entfernen. Fügen Sie zuerst einen weiteren Passkey hinzu.',
  'settings.newRecoveryCodes': 'Neue Wiederherstellungscodes',
  'settings.newRecoveryCodesDescription': 'Ihre bisherigen Codes gelten dann nicht mehr.',
  'settings.done': 'Fertig',
  'settings.proveFirst': 'Um hier etwas zu ändern, bestätigen Sie sich mit dem stärksten Weg, den Sie haben.',

  'devices.heading': 'Ihre Geräte',
  'devices.description': 'Auf diesen Geräten haben Sie sich bestätigt.',
  'devices.empty': 'Es gibt noch keine.',
  'devices.unknown': 'Unbekanntes Gerät',
  'devices.this': 'Dieses Gerät',
  'devices.name': '{browser} unter {os}',
  'devices.rememberedUntil': 'Gemerkt bis {date}',
  'devices.forget': 'Vergessen',
  'devices.forgetHeading': '„{name}“ vergessen?',
  'devices.forgetDescription': 'Dort müssen Sie sich dann bestätigen wie auf einem neuen Gerät.',
  'devices.forgotten': 'Vergessen.',

  'enroll-success.heading': 'Fertig eingerichtet',
  'enroll-success.description': 'Von jetzt an können Sie sich bestätigen mit:',
  'enroll-success.primaryCta': 'Weiter',

  'challenge-success.heading': 'Bestätigt',
  'challenge-success.description': 'Sie haben es {tenantName} bestätigt. Sie können diese Seite schließen.',
  'challenge-success.leaving': 'Zurück zu {tenantName} …',

  'challenge-quit.heading': 'Sie haben hier aufgehört',
  'challenge-quit.description': 'Es wurde nichts bestätigt. Sie können diese Seite schließen oder doch weitermachen.',
  'challenge-quit.primaryCta': 'Doch weitermachen',

  'session-expired.heading': 'Diese Seite ist abgelaufen',
  'session-expired.description': 'Es wurde nichts geändert. Gehen Sie zurück und beginnen Sie von vorn.',
  'session-expired.primaryCta': 'Zurück',

  'challenge-blocked.heading': 'Wir haben diese Anfrage angehalten',
  'challenge-blocked.description': 'Das dient Ihrem Schutz. Ist es ein Irrtum, bitten Sie {tenantName} um Hilfe.',
  'challenge-blocked.primaryCta': 'Zurück',

  'challenge-failed.heading': 'Das wurde abgelehnt',
  'challenge-failed.description':
    'Es wurde nicht bestätigt, also ist nichts geschehen. Sie können bei {tenantName} neu beginnen.',
  'challenge-failed.primaryCta': 'Zurück',

  'challenge-review.heading': 'Das wird geprüft',
  'challenge-review.description': '{tenantName} sieht es sich an. Hier ist für Sie nichts mehr zu tun.',
  'challenge-review.primaryCta': 'Zurück',

  'cannot-confirm.heading': 'Das lässt sich hier nicht bestätigen',
  'cannot-confirm.description':
    'Keiner der Wege, die Sie eingerichtet haben, ist dafür möglich. Bitten Sie {tenantName} um Hilfe.',
  'cannot-confirm.primaryCta': 'Zurück',

  'generic-error.heading': 'Etwas ist schiefgegangen',
  'generic-error.description': 'Es liegt nicht an Ihnen, und nichts wurde geändert. Bitte versuchen Sie es erneut.',
  'generic-error.primaryCta': 'Erneut versuchen',

  'failure-busy.heading': 'Im Moment geht es nicht',
  'failure-busy.description': 'Es liegt nicht an Ihnen. Bitte versuchen Sie es gleich noch einmal.',
  'failure-missing.heading': 'Hier ist nichts',
  'failure-missing.description':
    'Die Adresse ist unvollständig oder fehlerhaft. Gehen Sie zurück und beginnen Sie von vorn.',
  'failure-again.description': 'Es liegt nicht an Ihnen. Gehen Sie zurück und versuchen Sie es noch einmal.',
  'failure.reference': 'Kennung: {id}',
};
