import type { PageTexts } from '../page-texts.ts';

/** Dutch. */
export const nlPages: PageTexts = {
  'common.title': 'Bevestig dat jij het bent',
  'common.back': 'Terug',
  'common.otherWay': 'Op een andere manier',
  'common.or': 'of',
  'common.continue': 'Doorgaan',
  'common.cancel': 'Annuleren',
  'common.retry': 'Opnieuw proberen',
  'common.wait': 'Een ogenblik…',
  'common.slow': 'Dit duurt langer dan normaal. We proberen het nog steeds.',
  'common.offline': 'Je bent offline. Controleer je verbinding; daarna gaat deze pagina verder.',
  'common.online': 'Je bent weer online.',
  'common.securedBy': 'Beveiligd door Sallyport',
  'common.recommended': 'Aanbevolen',
  'common.closable': 'Je kunt deze pagina sluiten.',
  'common.close': 'Sluiten',

  'no-script.heading': 'JavaScript staat uit',
  'no-script.description':
    'Deze pagina heeft JavaScript nodig om te bevestigen dat jij het bent. Zet het aan in de instellingen van je browser en laad de pagina opnieuw.',

  'problem.network': 'De server is niet bereikbaar. Controleer je verbinding en probeer het opnieuw.',
  'problem.unexpected': 'Er ging bij ons iets mis. Probeer het opnieuw.',
  'problem.wrongCode': 'Die code klopt niet of is verlopen. Controleer hem en probeer het opnieuw.',
  'problem.codeIncomplete': 'Vul alle {count} cijfers van de code in.',
  'problem.codeMissing': 'Vul eerst de code in.',
  'problem.tooManyTries': 'Te veel pogingen. Je kunt het opnieuw proberen over {time}.',
  'problem.tooManyTriesNow': 'Te veel pogingen. Wacht even of probeer het op een andere manier.',
  'problem.mayTryAgain': 'Je kunt het nu opnieuw proberen.',
  'problem.locked': 'Te veel pogingen. Deze manier is geblokkeerd; gebruik een andere of vraag {tenantName} om hulp.',
  'problem.tooManySent': 'Er zijn te veel berichten aangevraagd. Wacht even voordat je er nog een aanvraagt.',
  'problem.delivery': 'Het bericht kon niet worden verstuurd. Probeer een andere manier, of later opnieuw.',
  'problem.notPermitted': 'Dat kan hier niet. Probeer een andere manier.',
  'problem.emailInvalid': 'Vul een e-mailadres in, zoals naam@example.com.',
  'problem.phoneInvalid': 'Controleer het nummer. Komt het uit een ander land, kies dan eerst dat land.',
  'problem.nameEmpty': 'Vul een naam in.',
  'problem.copy': 'Kopiëren kan hier niet. Selecteer de tekst.',

  'method.PASSKEY': 'Passkey',
  'method.SECURITY_KEY': 'Beveiligingssleutel',
  'method.AUTHENTICATOR_APP': 'Authenticator-app',
  'method.EMAIL_OTP': 'Code per e-mail',
  'method.EMAIL_MAGIC_LINK': 'Link per e-mail',
  'method.RECOVERY_CODE': 'Herstelcode',
  'method.PUSH': 'Pushmelding',
  'method.QR_CODE': 'QR-code',
  'method.IN_APP': 'App',
  'push-message.body': 'Ben jij dit? Open de app om te antwoorden.',
  'method.SMS': 'Sms',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Andere manier',
  'method-hint.QR_CODE': 'Scan met de app op je telefoon, zonder code te typen',
  'method-hint.PASSKEY': 'Je vingerafdruk, gezicht of schermvergrendeling',
  'method-hint.SECURITY_KEY': 'Een sleutel om in te steken of tegen aan te houden',
  'method-hint.AUTHENTICATOR_APP': 'Een code uit een app op je telefoon',
  'method-hint.PUSH': 'Goedkeuren op je telefoon',
  'method-hint.EMAIL_OTP': 'We sturen je een code',
  'method-hint.EMAIL_MAGIC_LINK': 'We sturen je een link om te openen',
  'method-hint.RECOVERY_CODE': 'Een van de codes die je hebt bewaard',
  'method-hint.SMS': 'We sturen je een code per sms',
  'method-hint.WHATSAPP': 'We sturen je een code via WhatsApp',

  'method-select.heading': 'Bevestig dat jij het bent',
  'method-select.description': 'Kies hoe.',
  'enroll-select.heading': 'Stel in hoe je inlogt',
  'enroll-select.description': 'Kies hoe {tenantName} weet dat jij het bent.',

  'code.label': 'Code',
  'code.resend': 'Nieuwe code sturen',
  'code.resendIn': 'Je kunt een nieuwe code aanvragen over {time}.',
  'code.mayNotArrive': 'Eerdere berichten kwamen daar niet aan. Komt er niets, probeer het dan op een andere manier.',
  'code.resent': 'Een nieuwe code is onderweg. Eerdere codes werken niet meer.',

  'sms-code-entry.heading': 'Vul de code in die we stuurden',
  'sms-code-entry.description': 'We stuurden hem per sms naar <identifier>{identifier}</identifier>.',
  'sms-code-entry.primaryCta': 'Bevestigen',

  'whatsapp-code-entry.heading': 'Kijk in WhatsApp',
  'whatsapp-code-entry.description': 'Vul de code in die we stuurden naar <identifier>{identifier}</identifier>.',
  'whatsapp-code-entry.primaryCta': 'Bevestigen',

  'sms-phone-entry.heading': 'Wat is je telefoonnummer?',
  'sms-phone-entry.description': '{tenantName} gebruikt het om te controleren dat jij het bent.',
  'sms-phone-entry.country': 'Land of regio',
  'sms-phone-entry.noCountry': 'Kies',
  'sms-phone-entry.label': 'Telefoonnummer',
  'sms-phone-entry.primaryCta': 'Doorgaan',
  'sms-phone-entry.consent':
    'Als je doorgaat, vind je het goed dat {tenantName} codes naar dit nummer stuurt. <link>Meer informatie</link>',
  'sms-phone-entry.other': 'Een ander nummer gebruiken',

  'email-code-entry.heading': 'Kijk in je e-mail',
  'email-code-entry.description': 'Vul de code in die we stuurden naar <identifier>{identifier}</identifier>.',
  'email-code-entry.primaryCta': 'Bevestigen',
  'email-code-entry.deliveryWarning': 'Het kan een paar minuten duren. Kijk ook in je spammap.',

  'email-address-entry.heading': 'Wat is je e-mailadres?',
  'email-address-entry.description': '{tenantName} gebruikt het om te controleren dat jij het bent.',
  'email-address-entry.label': 'E-mailadres',
  'email-address-entry.primaryCta': 'Doorgaan',
  'email-address-entry.other': 'Een ander adres gebruiken',

  'email-link-sent.heading': 'Open de link die we stuurden',
  'email-link-sent.description':
    'Hij ging naar <identifier>{identifier}</identifier>. Open hem op welk apparaat je wilt; deze pagina gaat vanzelf verder.',
  'email-link-sent.waiting': 'Wachten tot je de link opent…',
  'email-link-sent.resend': 'Nieuwe link sturen',
  'email-link-sent.resendIn': 'Je kunt een nieuwe link aanvragen over {time}.',
  'email-link-sent.resent': 'Een nieuwe link is onderweg. Eerdere links werken niet meer.',

  'magic-link.heading': 'Aan {tenantName} bevestigen dat jij het bent?',
  'magic-link.description': 'Bevestig alleen als je dit net zelf hebt aangevraagd, op het apparaat hieronder.',
  'magic-link.primaryCta': 'Ja, ik ben het',
  'magic-link.secondaryCta': 'Nee, dat was ik niet',
  'magic-link.action': 'Waarvoor',
  'magic-link.device': 'Apparaat',
  'magic-link.place': 'Plaats',
  'magic-link.time': 'Aangevraagd op',
  'magic-link-done.heading': 'Bevestigd',
  'magic-link-done.description':
    'Ga terug naar waar je het aanvroeg: {tenantName} gaat daar verder. Je kunt deze pagina sluiten.',
  'magic-link-done.primaryCta': 'Doorgaan',
  'magic-link-denied.heading': 'Bedankt voor je melding',
  'magic-link-denied.description':
    'De link werkt niet meer en {tenantName} weet dat jij het niet was. Je kunt deze pagina sluiten.',
  'magic-link-over.heading': 'Deze link is niet meer geldig',
  'magic-link-over.description':
    'Hij is gebruikt, verlopen of onvolledig. Ga terug naar waar je vandaan kwam en vraag een nieuwe aan.',
  'magic-link-over.advice': 'Heb je deze link niet aangevraagd, meld het dan aan {tenantName}.',

  'help-take.heading': 'Weer toegang bij {tenantName}',
  'help-take.description':
    'Ga alleen verder als je {tenantName} om hulp hebt gevraagd. Daarna kun je een nieuwe manier instellen om te bevestigen dat jij het bent. In het begin kan er maar weinig mee.',
  'help-take.primaryCta': 'Doorgaan',
  'help-stop.heading': 'Heb je geen hulp gevraagd?',
  'help-stop.description':
    'Iemand heeft {tenantName} om toegang tot je account gevraagd. Was jij dat niet, stop het dan hier.',
  'help-stop.primaryCta': 'Dat was ik niet: stoppen',
  'help-stopped.heading': 'Gestopt',
  'help-stopped.description':
    'De link werkt niet meer, wat ermee is toegevoegd en nog wachtte is verwijderd, en {tenantName} weet ervan. Je kunt deze pagina sluiten.',

  'totp-code-entry.heading': 'Vul de code uit je app in',
  'totp-code-entry.description': 'Open je authenticator-app en vul de code in die hij voor {tenantName} toont.',
  'totp-code-entry.primaryCta': 'Bevestigen',

  'totp-download.heading': 'Nog geen authenticator-app?',
  'totp-download.description':
    'Elke app die codes maakt is goed, zoals die van je wachtwoordmanager. In de appstore van je telefoon vind je er veel.',

  'qr-code-verify.heading': 'Scan met je telefoon',
  'qr-code-verify.description':
    'Open de app van {tenantName} op je telefoon en scan deze code. De app toont daarna wat je bevestigt.',
  'qr-code-verify.imageLabel': 'QR-code voor de app op je telefoon',
  'qr-code-verify.waiting': 'Wachten op je telefoon…',
  'qr-code-verify.ended': 'Deze code is niet meer te gebruiken. Probeer het opnieuw of op een andere manier.',
  'qr-code-verify.passkeyCta': 'Passkey op je telefoon gebruiken',
  'qr-code-verify.passkeyHint':
    'Je browser toont een eigen code. Scan die met de camera van je telefoon en ontgrendel je telefoon. Het werkt alleen met je telefoon naast je, dus niemand kan het van ver misbruiken.',
  'qr-code-scanned.heading': 'Kijk op je telefoon',
  'qr-code-scanned.description':
    'De app van {tenantName} toont wat je bevestigt. Keur het daar alleen goed als het klopt.',
  'qr-code-scanned.waiting': 'Wachten op je antwoord op de telefoon…',
  'totp-setup.heading': 'Koppel je app',
  'totp-setup.description': 'Scan deze afbeelding met je authenticator-app en vul de code in die hij toont.',
  'totp-setup.onPhone':
    'Open vanaf hier je authenticator-app, of scan de afbeelding met een ander apparaat. Vul daarna de code in die hij toont.',
  'totp-setup.imageLabel': 'QR-code voor je authenticator-app',
  'totp-setup.secretLabel': 'Kun je niet scannen? Vul deze sleutel in de app in:',
  'totp-setup.openApp': 'Openen in een app op dit apparaat',
  'totp-setup.copy': 'Sleutel kopiëren',
  'totp-setup.copied': 'Gekopieerd.',
  'totp-setup.primaryCta': 'Bevestigen',

  'push-wait.heading': 'Antwoord op je telefoon',
  'push-wait.description':
    'Open de app op je telefoon en voer daar dit getal in. Doe dat alleen als je dit zelf hebt gevraagd.',
  'push-wait.number': 'Het getal is',
  'push-wait.waiting': 'Wachten op je telefoon…',
  'push-wait.late': 'Nog geen antwoord. Staat je telefoon aan en is die verbonden?',
  'push-wait.asking': 'Je telefoon wordt gevraagd…',
  'push-wait.again': 'Opnieuw vragen',
  'push-wait.wrongNumber':
    'Op de telefoon is een ander getal ingevoerd. Vraag opnieuw en voer het getal in dat je hier ziet.',
  'push-wait.ended': 'Op dit verzoek kan niet meer worden geantwoord. Vraag opnieuw of kies een andere manier.',

  'passkey-verify.heading': 'Gebruik je passkey',
  'passkey-verify.description': 'Bevestig met je vingerafdruk, gezicht of schermvergrendeling.',
  'passkey-verify.primaryCta': 'Passkey gebruiken',
  'passkey-verify.waiting': 'Volg je apparaat…',
  'passkey-verify.cancelled': 'Dat is geannuleerd of duurde te lang. Je kunt het opnieuw proberen.',
  'passkey-verify.refused': 'Deze passkey is niet geaccepteerd. Probeer het opnieuw of op een andere manier.',
  'passkey-verify.unsupported':
    'Deze browser kan hier geen passkeys gebruiken. Probeer een andere manier of open deze pagina in een andere browser.',

  'passkey-create.heading': 'Maak een passkey',
  'passkey-create.description':
    'Voortaan bevestig je met je vingerafdruk, gezicht of schermvergrendeling. Geen code, geen wachtwoord.',
  'passkey-create.primaryCta': 'Passkey maken',
  'passkey-create.waiting': 'Volg je apparaat…',
  'passkey-create.cancelled': 'Er is geen passkey gemaakt. Je kunt het opnieuw proberen.',
  'passkey-create.exists': 'Dit apparaat heeft al een passkey voor jou.',
  'passkey-create.refused':
    'Deze sleutel is niet geaccepteerd. Probeer een andere, zoals een beveiligingssleutel, of kies een andere manier.',

  'passkey-uplift.heading': 'Volgende keer sneller',
  'passkey-uplift.description':
    'Maak een passkey en bevestig met je vingerafdruk, gezicht of schermvergrendeling. Hij beschermt je ook tegen nepsites.',
  'passkey-uplift.primaryCta': 'Passkey maken',
  'passkey-uplift.secondaryCta': 'Niet nu',

  'security-key-verify.heading': 'Gebruik je beveiligingssleutel',
  'security-key-verify.description': 'Steek hem in of houd hem tegen je apparaat en raak hem aan.',
  'security-key-verify.primaryCta': 'Beveiligingssleutel gebruiken',

  'security-key-create.heading': 'Voeg een beveiligingssleutel toe',
  'security-key-create.description':
    'Houd je sleutel bij de hand. Steek hem in of houd hem tegen je apparaat wanneer je browser erom vraagt.',
  'security-key-create.primaryCta': 'Beveiligingssleutel toevoegen',
  'security-key-create.cancelled': 'Er is geen sleutel toegevoegd. Je kunt het opnieuw proberen.',
  'security-key-create.exists': 'Deze sleutel is al toegevoegd.',

  'recovery-code-entry.heading': 'Vul een herstelcode in',
  'recovery-code-entry.description':
    'Gebruik een van de codes die je bij het instellen hebt bewaard. Elke code werkt één keer.',
  'recovery-code-entry.label': 'Herstelcode',
  'recovery-code-entry.primaryCta': 'Bevestigen',

  'recovery-codes-show.heading': 'Bewaar deze codes goed',
  'recovery-codes-show.description':
    'Met een van deze codes kom je binnen als je je apparaat kwijt bent. Ze worden alleen deze keer getoond.',
  'recovery-codes-show.primaryCta': 'Doorgaan',
  'recovery-codes-show.keepFirst': 'Kopieer of download de codes, of vink het vakje aan zodra je ze hebt opgeschreven.',
  'recovery-codes-show.kept': 'Ik heb ze bewaard',
  'recovery-codes-show.copy': 'Kopiëren',
  'recovery-codes-show.copied': 'Gekopieerd.',
  'recovery-codes-show.download': 'Downloaden',
  'recovery-codes-show.fileName': 'herstelcodes',

  'remember-device.label': 'Dit apparaat {time} onthouden',
  'remember-device.hint': 'Alleen als niemand anders het gebruikt.',

  'settings.heading': 'Hoe je bevestigt dat jij het bent',
  'settings.description': 'Deze manieren beschermen wat je bij {tenantName} doet.',
  'settings.empty': 'Er is nog niets ingesteld.',
  'settings.add': 'Andere manier toevoegen',
  'settings.added': 'Toegevoegd op {date}',
  'settings.recoveryCodes': 'Herstelcodes',
  'settings.codesLeft': 'Resterende codes: {count}',
  'settings.lastUsed': 'laatst gebruikt op {date}',
  'settings.heldUntil': 'Pas volledig bruikbaar vanaf {time}',
  'settings.heldWhy':
    'Dit is toegevoegd met een herstelcode of een minder sterke manier. Was jij dat niet, verwijder het dan en meld het meteen aan {tenantName}.',
  'settings.default': 'Standaard',
  'settings.makeDefault': 'Standaard gebruiken',
  'settings.madeDefault': 'Dit is nu je standaard.',
  'settings.rename': 'Naam wijzigen',
  'settings.renameLabel': 'Naam',
  'settings.save': 'Opslaan',
  'settings.renamed': 'Naam gewijzigd.',
  'settings.change': 'Wijzigen',
  'settings.remove': 'Verwijderen',
  'settings.removeHeading': '‘{name}’ verwijderen?',
  'settings.removeDescription': 'Je kunt het dan niet meer gebruiken. Dit kan niet ongedaan worden gemaakt.',
  'settings.removed': 'Verwijderd.',
  'settings.lastOne': 'Dit is je enige manier, dus die kan niet weg. Voeg eerst een andere toe.',
  'settings.lastPasskey': 'Dit is je laatste passkey, dus die kan niet weg. Voeg eerst een andere toe.',
  'settings.newRecoveryCodes': 'Nieuwe herstelcodes maken',
  'settings.newRecoveryCodesDescription': 'De codes die je nu hebt, werken dan niet meer.',
  'settings.done': 'Klaar',
  'settings.proveFirst': 'Om hier iets te wijzigen, bevestig je met de sterkste manier die je hebt.',

  'devices.heading': 'Je apparaten',
  'devices.description': 'Op deze apparaten heb je bevestigd dat jij het bent.',
  'devices.empty': 'Er zijn er nog geen.',
  'devices.unknown': 'Onbekend apparaat',
  'devices.this': 'Dit apparaat',
  'devices.name': '{browser} op {os}',
  'devices.rememberedUntil': 'Onthouden tot {date}',
  'devices.forget': 'Vergeten',
  'devices.forgetHeading': '‘{name}’ vergeten?',
  'devices.forgetDescription': 'Daar moet je dan bevestigen dat jij het bent, zoals op een nieuw apparaat.',
  'devices.forgotten': 'Vergeten.',

  'enroll-success.heading': 'Alles staat klaar',
  'enroll-success.description': 'Voortaan kun je bevestigen dat jij het bent met:',
  'enroll-success.primaryCta': 'Doorgaan',

  'challenge-success.heading': 'Bevestigd',
  'challenge-success.description': 'Je hebt het aan {tenantName} bevestigd. Je kunt deze pagina sluiten.',
  'challenge-success.leaving': 'Terug naar {tenantName}…',

  'challenge-quit.heading': 'Je bent hier gestopt',
  'challenge-quit.description': 'Er is niets bevestigd. Je kunt deze pagina sluiten of toch doorgaan.',
  'challenge-quit.primaryCta': 'Toch doorgaan',

  'session-expired.heading': 'Deze pagina is verlopen',
  'session-expired.description': 'Er is niets veranderd. Ga terug naar waar je vandaan kwam en begin opnieuw.',
  'session-expired.primaryCta': 'Teruggaan',

  'challenge-blocked.heading': 'We hebben dit verzoek gestopt',
  'challenge-blocked.description': 'Dat is om je te beschermen. Klopt het niet, vraag {tenantName} dan om hulp.',
  'challenge-blocked.primaryCta': 'Teruggaan',

  'challenge-failed.heading': 'Dit is geweigerd',
  'challenge-failed.description':
    'Het is niet bevestigd, dus er is niets gebeurd. Je kunt opnieuw beginnen bij {tenantName}.',
  'challenge-failed.primaryCta': 'Teruggaan',

  'challenge-review.heading': 'Dit wordt bekeken',
  'challenge-review.description': '{tenantName} controleert het. Je hoeft hier niets meer te doen.',
  'challenge-review.primaryCta': 'Teruggaan',

  'cannot-confirm.heading': 'Dit kan hier niet worden bevestigd',
  'cannot-confirm.description':
    'Geen van de manieren die je hebt ingesteld, kan hiervoor worden gebruikt. Vraag {tenantName} om hulp.',
  'cannot-confirm.primaryCta': 'Teruggaan',

  'generic-error.heading': 'Er ging iets mis',
  'generic-error.description': 'Het ligt niet aan jou en er is niets veranderd. Probeer het opnieuw.',
  'generic-error.primaryCta': 'Opnieuw proberen',

  'failure-busy.heading': 'Dit lukt nu even niet',
  'failure-busy.description': 'Het ligt niet aan jou. Probeer het zo meteen opnieuw.',
  'failure-missing.heading': 'Hier is niets',
  'failure-missing.description':
    'Het adres is onvolledig of bevat een fout. Ga terug naar waar je vandaan kwam en begin opnieuw.',
  'failure-again.description': 'Het ligt niet aan jou. Ga terug naar waar je vandaan kwam en probeer het opnieuw.',
  'failure.reference': 'Referentie: {id}',
};
