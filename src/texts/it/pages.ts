import type { PageTexts } from '../page-texts.ts';

/** Italian. */
export const itPages: PageTexts = {
  'common.title': 'Conferma che sei tu',
  'common.back': 'Indietro',
  'common.otherWay': 'Prova in un altro modo',
  'common.or': 'oppure',
  'common.continue': 'Continua',
  'common.cancel': 'Annulla',
  'common.retry': 'Riprova',
  'common.wait': 'Un momento…',
  'common.slow': 'Ci vuole più tempo del solito. Stiamo ancora provando.',
  'common.offline': 'Sei offline. Controlla la connessione; questa pagina riprenderà da qui.',
  'common.online': 'Sei di nuovo online.',
  'common.securedBy': 'Protetto da Sallyport',
  'common.recommended': 'Consigliato',
  'common.closable': 'Puoi chiudere questa pagina.',
  'common.close': 'Chiudi',

  'no-script.heading': 'JavaScript è disattivato',
  'no-script.description':
    'Questa pagina ha bisogno di JavaScript per confermare che sei tu. Attivalo nelle impostazioni del browser e ricarica la pagina.',

  'problem.network': 'Il server non è raggiungibile. Controlla la connessione e riprova.',
  'problem.unexpected': 'Qualcosa è andato storto da parte nostra. Riprova.',
  'problem.wrongCode': 'Il codice non è giusto o è scaduto. Controllalo e riprova.',
  'problem.codeIncomplete': 'Inserisci tutte le {count} cifre del codice.',
  'problem.codeMissing': 'Inserisci prima il codice.',
  'problem.tooManyTries': 'Troppi tentativi. Potrai riprovare tra {time}.',
  'problem.tooManyTriesNow': 'Troppi tentativi. Aspetta un po’ o prova in un altro modo.',
  'problem.mayTryAgain': 'Ora puoi riprovare.',
  'problem.locked': 'Troppi tentativi. Questo metodo è bloccato; usane un altro o chiedi aiuto a {tenantName}.',
  'problem.tooManySent': 'Sono stati richiesti troppi messaggi. Aspetta un po’ prima di chiederne un altro.',
  'problem.delivery': 'Non è stato possibile inviare il messaggio. Prova in un altro modo o più tardi.',
  'problem.notPermitted': 'Qui non è possibile. Prova in un altro modo.',
  'problem.emailInvalid': 'Inserisci un indirizzo e-mail, come nome@example.com.',
  'problem.phoneInvalid': 'Controlla il numero. Se è di un altro paese, scegli prima il paese.',
  'problem.nameEmpty': 'Inserisci un nome.',
  'problem.copy': 'Qui non si può copiare. Seleziona il testo.',

  'method.PASSKEY': 'Passkey',
  'method.SECURITY_KEY': 'Chiave di sicurezza',
  'method.AUTHENTICATOR_APP': 'App di autenticazione',
  'method.EMAIL_OTP': 'Codice via e-mail',
  'method.EMAIL_MAGIC_LINK': 'Link via e-mail',
  'method.RECOVERY_CODE': 'Codice di recupero',
  'method.PUSH': 'Notifica push',
  'method.QR_CODE': 'Codice QR',
  'method.IN_APP': 'App',
  'push-message.body': 'Sei tu? Apri l’app per rispondere.',
  'method.SMS': 'SMS',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Altro metodo',
  'method-hint.QR_CODE': 'Inquadra con l’app sul telefono, senza codici da digitare',
  'method-hint.PASSKEY': 'Impronta, volto o blocco schermo',
  'method-hint.SECURITY_KEY': 'Una chiave da collegare o avvicinare',
  'method-hint.AUTHENTICATOR_APP': 'Un codice da un’app del telefono',
  'method-hint.PUSH': 'Approva sul telefono',
  'method-hint.EMAIL_OTP': 'Ti inviamo un codice',
  'method-hint.EMAIL_MAGIC_LINK': 'Ti inviamo un link da aprire',
  'method-hint.RECOVERY_CODE': 'Uno dei codici che hai conservato',
  'method-hint.SMS': 'Ti inviamo un codice via SMS',
  'method-hint.WHATSAPP': 'Ti inviamo un codice su WhatsApp',

  'method-select.heading': 'Conferma che sei tu',
  'method-select.description': 'Scegli come.',
  'enroll-select.heading': 'Configura il tuo accesso',
  'enroll-select.description': 'Scegli come {tenantName} saprà che sei tu.',

  'code.label': 'Codice',
  'code.resend': 'Invia un nuovo codice',
  'code.resendIn': 'Potrai chiedere un nuovo codice tra {time}.',
  'code.mayNotArrive': 'I messaggi precedenti non sono arrivati. Se non arriva nulla, prova in un altro modo.',
  'code.resent': 'Un nuovo codice è in arrivo. Quelli precedenti non valgono più.',

  'sms-code-entry.heading': 'Inserisci il codice che ti abbiamo inviato',
  'sms-code-entry.description': 'È stato inviato via SMS a <identifier>{identifier}</identifier>.',
  'sms-code-entry.primaryCta': 'Conferma',

  'whatsapp-code-entry.heading': 'Controlla WhatsApp',
  'whatsapp-code-entry.description': 'Inserisci il codice inviato a <identifier>{identifier}</identifier>.',
  'whatsapp-code-entry.primaryCta': 'Conferma',

  'sms-phone-entry.heading': 'Qual è il tuo numero di telefono?',
  'sms-phone-entry.description': '{tenantName} lo userà per verificare che sei tu.',
  'sms-phone-entry.country': 'Paese o regione',
  'sms-phone-entry.noCountry': 'Scegli',
  'sms-phone-entry.label': 'Numero di telefono',
  'sms-phone-entry.primaryCta': 'Continua',
  'sms-phone-entry.consent':
    'Continuando, accetti che {tenantName} invii codici a questo numero. <link>Scopri di più</link>',
  'sms-phone-entry.other': 'Usa un altro numero',

  'email-code-entry.heading': 'Controlla la tua e-mail',
  'email-code-entry.description': 'Inserisci il codice inviato a <identifier>{identifier}</identifier>.',
  'email-code-entry.primaryCta': 'Conferma',
  'email-code-entry.deliveryWarning':
    'Può impiegare qualche minuto ad arrivare. Guarda anche nella posta indesiderata.',

  'email-address-entry.heading': 'Qual è il tuo indirizzo e-mail?',
  'email-address-entry.description': '{tenantName} lo userà per verificare che sei tu.',
  'email-address-entry.label': 'Indirizzo e-mail',
  'email-address-entry.primaryCta': 'Continua',
  'email-address-entry.other': 'Usa un altro indirizzo',

  'email-link-sent.heading': 'Apri il link che ti abbiamo inviato',
  'email-link-sent.description':
    'È stato inviato a <identifier>{identifier}</identifier>. Aprilo su qualsiasi dispositivo; questa pagina proseguirà da sola.',
  'email-link-sent.waiting': 'In attesa che tu apra il link…',
  'email-link-sent.resend': 'Invia un nuovo link',
  'email-link-sent.resendIn': 'Potrai chiedere un nuovo link tra {time}.',
  'email-link-sent.resent': 'Un nuovo link è in arrivo. Quelli precedenti non valgono più.',

  'magic-link.heading': 'Confermi a {tenantName} che sei tu?',
  'magic-link.description': 'Conferma solo se lo hai appena chiesto tu, sul dispositivo qui sotto.',
  'magic-link.primaryCta': 'Sì, sono io',
  'magic-link.secondaryCta': 'No, non ero io',
  'magic-link.action': 'Per',
  'magic-link.device': 'Dispositivo',
  'magic-link.place': 'Luogo',
  'magic-link.time': 'Richiesto il',
  'magic-link-done.heading': 'Confermato',
  'magic-link-done.description': 'Torna dove l’hai chiesto: {tenantName} continua da lì. Puoi chiudere questa pagina.',
  'magic-link-done.primaryCta': 'Continua',
  'magic-link-denied.heading': 'Grazie di averlo segnalato',
  'magic-link-denied.description':
    'Il link non vale più e {tenantName} sa che non eri tu. Puoi chiudere questa pagina.',
  'magic-link-over.heading': 'Questo link non vale più',
  'magic-link-over.description':
    'È stato usato, è scaduto o è incompleto. Torna da dove sei arrivato e chiedine un altro.',
  'magic-link-over.advice': 'Se non hai chiesto tu questo link, avvisa {tenantName}.',

  'help-take.heading': 'Torna ad accedere a {tenantName}',
  'help-take.description':
    'Continua solo se hai chiesto aiuto a {tenantName}. Poi potrai aggiungere un nuovo metodo per confermare che sei tu. All’inizio permette di fare poco.',
  'help-take.primaryCta': 'Continua',
  'help-stop.heading': 'Non hai chiesto aiuto?',
  'help-stop.description': 'Qualcuno ha chiesto a {tenantName} l’accesso al tuo account. Se non eri tu, fermalo qui.',
  'help-stop.primaryCta': 'Non ero io: ferma',
  'help-stopped.heading': 'Fermato',
  'help-stopped.description':
    'Il link non vale più, ciò che è stato aggiunto e ancora aspettava è stato rimosso e {tenantName} è stato avvisato. Puoi chiudere questa pagina.',

  'totp-code-entry.heading': 'Inserisci il codice della tua app',
  'totp-code-entry.description': 'Apri l’app di autenticazione e inserisci il codice che mostra per {tenantName}.',
  'totp-code-entry.primaryCta': 'Conferma',

  'totp-download.heading': 'Non hai ancora un’app di autenticazione?',
  'totp-download.description':
    'Va bene qualsiasi app che crea codici, per esempio quella del tuo gestore di password. Nello store del telefono ce ne sono molte.',

  'qr-code-verify.heading': 'Inquadra con il telefono',
  'qr-code-verify.description':
    'Apri l’app di {tenantName} sul telefono e inquadra questo codice. L’app mostrerà che cosa confermi.',
  'qr-code-verify.imageLabel': 'Codice QR per l’app sul telefono',
  'qr-code-verify.waiting': 'In attesa del telefono…',
  'qr-code-verify.ended': 'Questo codice non è più valido. Riprova o usa un altro modo.',
  'qr-code-verify.passkeyCta': 'Usa una passkey sul telefono',
  'qr-code-verify.passkeyHint':
    'Il browser mostra un suo codice. Inquadralo con la fotocamera del telefono e sblocca il telefono. Funziona solo con il telefono accanto a te: nessuno può usarlo da lontano.',
  'qr-code-scanned.heading': 'Guarda il telefono',
  'qr-code-scanned.description': 'L’app di {tenantName} mostra che cosa confermi. Approva solo se è corretto.',
  'qr-code-scanned.waiting': 'In attesa della tua risposta sul telefono…',
  'totp-setup.heading': 'Collega la tua app',
  'totp-setup.description': 'Inquadra questa immagine con l’app di autenticazione e inserisci il codice che mostra.',
  'totp-setup.onPhone':
    'Apri da qui la tua app di autenticazione o inquadra l’immagine con un altro dispositivo. Poi inserisci il codice che mostra.',
  'totp-setup.imageLabel': 'Codice QR per la tua app di autenticazione',
  'totp-setup.secretLabel': 'Non riesci a inquadrarla? Inserisci questa chiave nell’app:',
  'totp-setup.openApp': 'Apri in un’app di questo dispositivo',
  'totp-setup.copy': 'Copia la chiave',
  'totp-setup.copied': 'Copiato.',
  'totp-setup.primaryCta': 'Conferma',

  'push-wait.heading': 'Rispondi sul telefono',
  'push-wait.description': 'Apri l’app sul telefono e inserisci lì questo numero. Fallo solo se la richiesta è tua.',
  'push-wait.number': 'Il numero è',
  'push-wait.waiting': 'In attesa del telefono…',
  'push-wait.late': 'Ancora nessuna risposta. Il telefono è acceso e connesso?',
  'push-wait.asking': 'Richiesta al telefono…',
  'push-wait.again': 'Chiedi di nuovo',
  'push-wait.wrongNumber':
    'Sul telefono è stato inserito un altro numero. Chiedi di nuovo e inserisci il numero che vedi qui.',
  'push-wait.ended': 'A questa richiesta non si può più rispondere. Chiedi di nuovo o prova in un altro modo.',

  'passkey-verify.heading': 'Usa la tua passkey',
  'passkey-verify.description': 'Conferma con l’impronta, il volto o il blocco schermo.',
  'passkey-verify.primaryCta': 'Usa la passkey',
  'passkey-verify.waiting': 'Segui il tuo dispositivo…',
  'passkey-verify.cancelled': 'L’operazione è stata annullata o ha richiesto troppo tempo. Puoi riprovare.',
  'passkey-verify.refused': 'Questa passkey non è stata accettata. Riprova o usa un altro modo.',
  'passkey-verify.unsupported':
    'Questo browser non può usare passkey qui. Prova in un altro modo o apri la pagina in un altro browser.',

  'passkey-create.heading': 'Crea una passkey',
  'passkey-create.description':
    'La prossima volta confermerai con l’impronta, il volto o il blocco schermo. Niente codici, niente password.',
  'passkey-create.primaryCta': 'Crea passkey',
  'passkey-create.waiting': 'Segui il tuo dispositivo…',
  'passkey-create.cancelled': 'Non è stata creata nessuna passkey. Puoi riprovare.',
  'passkey-create.exists': 'Su questo dispositivo c’è già una tua passkey.',
  'passkey-create.refused':
    'Questa chiave non è stata accettata. Provane un’altra, per esempio una chiave di sicurezza, o usa un altro modo.',

  'passkey-uplift.heading': 'Più veloce la prossima volta',
  'passkey-uplift.description':
    'Crea una passkey e conferma con l’impronta, il volto o il blocco schermo. Ti protegge anche dai siti falsi.',
  'passkey-uplift.primaryCta': 'Crea passkey',
  'passkey-uplift.secondaryCta': 'Non ora',

  'security-key-verify.heading': 'Usa la tua chiave di sicurezza',
  'security-key-verify.description': 'Collegala o avvicinala al dispositivo, poi toccala.',
  'security-key-verify.primaryCta': 'Usa la chiave di sicurezza',

  'security-key-create.heading': 'Aggiungi una chiave di sicurezza',
  'security-key-create.description':
    'Tieni la chiave a portata di mano. Collegala o avvicinala al dispositivo quando il browser lo chiede.',
  'security-key-create.primaryCta': 'Aggiungi chiave di sicurezza',
  'security-key-create.cancelled': 'Non è stata aggiunta nessuna chiave. Puoi riprovare.',
  'security-key-create.exists': 'Questa chiave è già stata aggiunta.',

  'recovery-code-entry.heading': 'Inserisci un codice di recupero',
  'recovery-code-entry.description':
    'Usa uno dei codici che hai conservato durante la configurazione. Ognuno vale una volta.',
  'recovery-code-entry.label': 'Codice di recupero',
  'recovery-code-entry.primaryCta': 'Conferma',

  'recovery-codes-show.heading': 'Conserva questi codici',
  'recovery-codes-show.description':
    'Con uno di essi potrai entrare se perdi il dispositivo. Vengono mostrati solo questa volta.',
  'recovery-codes-show.primaryCta': 'Continua',
  'recovery-codes-show.keepFirst': 'Copia o scarica i codici, oppure spunta la casella dopo averli annotati.',
  'recovery-codes-show.kept': 'Li ho conservati',
  'recovery-codes-show.copy': 'Copia',
  'recovery-codes-show.copied': 'Copiato.',
  'recovery-codes-show.download': 'Scarica',
  'recovery-codes-show.fileName': 'codici-di-recupero',

  'remember-device.label': 'Ricorda questo dispositivo per {time}',
  'remember-device.hint': 'Solo se non lo usa nessun altro.',

  'settings.heading': 'Come confermi che sei tu',
  'settings.description': 'Questi metodi proteggono ciò che fai su {tenantName}.',
  'settings.empty': 'Non è ancora configurato nulla.',
  'settings.add': 'Aggiungi un altro metodo',
  'settings.added': 'Aggiunto il {date}',
  'settings.recoveryCodes': 'Codici di recupero',
  'settings.codesLeft': 'Codici rimasti: {count}',
  'settings.lastUsed': 'ultimo uso il {date}',
  'settings.heldUntil': 'Utilizzabile del tutto solo dal {time}',
  'settings.heldWhy':
    'È stato aggiunto con un codice di recupero o con un metodo meno sicuro. Se non sei stato tu, rimuovilo e avvisa subito {tenantName}.',
  'settings.default': 'Predefinito',
  'settings.makeDefault': 'Usa come predefinito',
  'settings.madeDefault': 'Ora è il tuo metodo predefinito.',
  'settings.rename': 'Rinomina',
  'settings.renameLabel': 'Nome',
  'settings.save': 'Salva',
  'settings.renamed': 'Rinominato.',
  'settings.change': 'Modifica',
  'settings.remove': 'Rimuovi',
  'settings.removeHeading': 'Rimuovere «{name}»?',
  'settings.removeDescription': 'Non potrai più usarlo. L’operazione non si può annullare.',
  'settings.removed': 'Rimosso.',
  'settings.lastOne': 'È il tuo unico modo di accedere, quindi non si può rimuovere. Prima aggiungine un altro.',
  'settings.lastPasskey': 'È la tua ultima passkey, quindi non si può rimuovere. Prima aggiungine un’altra.',
  'settings.newRecoveryCodes': 'Crea nuovi codici di recupero',
  'settings.newRecoveryCodesDescription': 'I codici che hai ora non varranno più.',
  'settings.done': 'Fine',
  'settings.proveFirst': 'Per modificare qualcosa qui, conferma con il metodo più sicuro che hai.',

  'devices.heading': 'I tuoi dispositivi',
  'devices.description': 'Da questi dispositivi hai confermato che sei tu.',
  'devices.empty': 'Non ce ne sono ancora.',
  'devices.unknown': 'Dispositivo sconosciuto',
  'devices.this': 'Questo dispositivo',
  'devices.name': '{browser} su {os}',
  'devices.rememberedUntil': 'Ricordato fino al {date}',
  'devices.forget': 'Dimentica',
  'devices.forgetHeading': 'Dimenticare «{name}»?',
  'devices.forgetDescription': 'Lì dovrai confermare che sei tu, come su un dispositivo nuovo.',
  'devices.forgotten': 'Dimenticato.',

  'enroll-success.heading': 'Tutto pronto',
  'enroll-success.description': 'D’ora in poi puoi confermare che sei tu con:',
  'enroll-success.primaryCta': 'Continua',

  'challenge-success.heading': 'Confermato',
  'challenge-success.description': 'L’hai confermato a {tenantName}. Puoi chiudere questa pagina.',
  'challenge-success.leaving': 'Ritorno a {tenantName}…',

  'challenge-quit.heading': 'Hai interrotto qui',
  'challenge-quit.description': 'Non è stato confermato nulla. Puoi chiudere questa pagina o continuare comunque.',
  'challenge-quit.primaryCta': 'Continua comunque',

  'session-expired.heading': 'Questa pagina è scaduta',
  'session-expired.description': 'Non è cambiato nulla. Torna da dove sei arrivato e ricomincia.',
  'session-expired.primaryCta': 'Torna indietro',

  'challenge-blocked.heading': 'Abbiamo fermato questa richiesta',
  'challenge-blocked.description': 'Serve a proteggerti. Se è un errore, chiedi aiuto a {tenantName}.',
  'challenge-blocked.primaryCta': 'Torna indietro',

  'challenge-failed.heading': 'L’operazione è stata rifiutata',
  'challenge-failed.description':
    'Non è stata confermata, quindi non è stato fatto nulla. Puoi ricominciare da {tenantName}.',
  'challenge-failed.primaryCta': 'Torna indietro',

  'challenge-review.heading': 'È in corso una verifica',
  'challenge-review.description': '{tenantName} sta controllando. Qui non devi fare altro.',
  'challenge-review.primaryCta': 'Torna indietro',

  'cannot-confirm.heading': 'Qui non si può confermare',
  'cannot-confirm.description':
    'Nessuno dei metodi che hai configurato può essere usato per questo. Chiedi aiuto a {tenantName}.',
  'cannot-confirm.primaryCta': 'Torna indietro',

  'generic-error.heading': 'Qualcosa è andato storto',
  'generic-error.description': 'Non è colpa tua e non è cambiato nulla. Riprova.',
  'generic-error.primaryCta': 'Riprova',

  'failure-busy.heading': 'Al momento non è possibile',
  'failure-busy.description': 'Non è colpa tua. Riprova tra un momento.',
  'failure-missing.heading': 'Qui non c’è nulla',
  'failure-missing.description':
    'L’indirizzo è incompleto o contiene un errore. Torna da dove sei arrivato e ricomincia.',
  'failure-again.description': 'Non è colpa tua. Torna da dove sei arrivato e riprova.',
  'failure.reference': 'Riferimento: {id}',
};
