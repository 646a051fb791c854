import type { PageTexts } from '../page-texts.ts';

/** French. */
export const frPages: PageTexts = {
  'common.title': 'Confirmez votre identité',
  'common.back': 'Retour',
  'common.otherWay': 'Essayer autrement',
  'common.or': 'ou',
  'common.continue': 'Continuer',
  'common.cancel': 'Annuler',
  'common.retry': 'Réessayer',
  'common.wait': 'Un instant…',
  'common.slow': 'Cela prend plus de temps que d’habitude. Nous continuons d’essayer.',
  'common.offline': 'Vous êtes hors ligne. Vérifiez votre connexion ; cette page reprendra ici.',
  'common.online': 'Vous êtes de nouveau en ligne.',
  'common.securedBy': 'Protégé par Sallyport',
  'common.recommended': 'Recommandé',
  'common.closable': 'Vous pouvez fermer cette page.',
  'common.close': 'Fermer',

  'no-script.heading': 'JavaScript est désactivé',
  'no-script.description':
    'Cette page a besoin de JavaScript pour confirmer votre identité. Activez-le dans les réglages du navigateur, puis rechargez la page.',

  'problem.network': 'Le serveur est injoignable. Vérifiez votre connexion et réessayez.',
  'problem.unexpected': 'Une erreur s’est produite de notre côté. Veuillez réessayer.',
  'problem.wrongCode': 'Ce code n’est pas le bon, ou il a expiré. Vérifiez-le et réessayez.',
  'problem.codeIncomplete': 'Saisissez les {count} chiffres du code.',
  'problem.codeMissing': 'Saisissez d’abord le code.',
  'problem.tooManyTries': 'Trop d’essais. Vous pourrez réessayer dans {time}.',
  'problem.tooManyTriesNow': 'Trop d’essais. Attendez un peu, ou essayez autrement.',
  'problem.mayTryAgain': 'Vous pouvez réessayer.',
  'problem.locked': 'Trop d’essais. Ce moyen est bloqué ; utilisez-en un autre ou demandez de l’aide à {tenantName}.',
  'problem.tooManySent': 'Trop de messages ont été demandés. Attendez un peu avant d’en demander un autre.',
  'problem.delivery': 'Le message n’a pas pu être envoyé. Essayez autrement, ou réessayez plus tard.',
  'problem.notPermitted': 'Ce n’est pas possible ici. Essayez autrement.',
  'problem.emailInvalid': 'Saisissez une adresse e-mail, comme nom@example.com.',
  'problem.phoneInvalid': 'Vérifiez le numéro. S’il vient d’un autre pays, choisissez d’abord ce pays.',
  'problem.nameEmpty': 'Saisissez un nom.',
  'problem.copy': 'La copie n’est pas possible ici. Sélectionnez plutôt le texte.',

  'method.PASSKEY': 'Clé d’accès',
  'method.SECURITY_KEY': 'Clé de sécurité',
  'method.AUTHENTICATOR_APP': 'Application d’authentification',
  'method.EMAIL_OTP': 'Code par e-mail',
  'method.EMAIL_MAGIC_LINK': 'Lien par e-mail',
  'method.RECOVERY_CODE': 'Code de secours',
  'method.PUSH': 'Notification push',
  'method.QR_CODE': 'Code QR',
  'method.IN_APP': 'Application',
  'push-message.body': 'Est-ce bien vous ? Ouvrez l’application pour répondre.',
  'method.SMS': 'SMS',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Autre moyen',
  'method-hint.QR_CODE': 'Scannez avec l’application de votre téléphone, sans code à saisir',
  'method-hint.PASSKEY': 'Empreinte, visage ou verrouillage de l’écran',
  'method-hint.SECURITY_KEY': 'Une clé à brancher ou à approcher',
  'method-hint.AUTHENTICATOR_APP': 'Un code d’une application de votre téléphone',
  'method-hint.PUSH': 'Approuvez sur votre téléphone',
  'method-hint.EMAIL_OTP': 'Nous vous envoyons un code',
  'method-hint.EMAIL_MAGIC_LINK': 'Nous vous envoyons un lien à ouvrir',
  'method-hint.RECOVERY_CODE': 'L’un des codes que vous avez gardés',
  'method-hint.SMS': 'Nous vous envoyons un code par SMS',
  'method-hint.WHATSAPP': 'Nous vous envoyons un code par WhatsApp',

  'method-select.heading': 'Confirmez votre identité',
  'method-select.description': 'Choisissez comment.',
  'enroll-select.heading': 'Configurez votre connexion',
  'enroll-select.description': 'Choisissez comment {tenantName} saura que c’est vous.',

  'code.label': 'Code',
  'code.resend': 'Envoyer un nouveau code',
  'code.resendIn': 'Vous pourrez demander un nouveau code dans {time}.',
  'code.mayNotArrive': 'Des messages précédents n’y sont pas arrivés. Si rien n’arrive, essayez autrement.',
  'code.resent': 'Un nouveau code est en route. Les codes précédents ne sont plus valables.',

  'sms-code-entry.heading': 'Saisissez le code envoyé',
  'sms-code-entry.description': 'Il a été envoyé par SMS au <identifier>{identifier}</identifier>.',
  'sms-code-entry.primaryCta': 'Confirmer',

  'whatsapp-code-entry.heading': 'Consultez WhatsApp',
  'whatsapp-code-entry.description': 'Saisissez le code envoyé au <identifier>{identifier}</identifier>.',
  'whatsapp-code-entry.primaryCta': 'Confirmer',

  'sms-phone-entry.heading': 'Quel est votre numéro de téléphone ?',
  'sms-phone-entry.description': '{tenantName} s’en servira pour vérifier que c’est vous.',
  'sms-phone-entry.country': 'Pays ou région',
  'sms-phone-entry.noCountry': 'Choisir',
  'sms-phone-entry.label': 'Numéro de téléphone',
  'sms-phone-entry.primaryCta': 'Continuer',
  'sms-phone-entry.consent':
    'En continuant, vous acceptez que {tenantName} envoie des codes à ce numéro. <link>En savoir plus</link>',
  'sms-phone-entry.other': 'Utiliser un autre numéro',

  'email-code-entry.heading': 'Consultez vos e-mails',
  'email-code-entry.description': 'Saisissez le code envoyé à <identifier>{identifier}</identifier>.',
  'email-code-entry.primaryCta': 'Confirmer',
  'email-code-entry.deliveryWarning':
    'Il peut mettre quelques minutes à arriver. Regardez aussi dans les indésirables.',

  'email-address-entry.heading': 'Quelle est votre adresse e-mail ?',
  'email-address-entry.description': '{tenantName} s’en servira pour vérifier que c’est vous.',
  'email-address-entry.label': 'Adresse e-mail',
  'email-address-entry.primaryCta': 'Continuer',
  'email-address-entry.other': 'Utiliser une autre adresse',

  'email-link-sent.heading': 'Ouvrez le lien envoyé',
  'email-link-sent.description':
    'Il a été envoyé à <identifier>{identifier}</identifier>. Ouvrez-le sur l’appareil de votre choix ; cette page continuera toute seule.',
  'email-link-sent.waiting': 'En attente de l’ouverture du lien…',
  'email-link-sent.resend': 'Envoyer un nouveau lien',
  'email-link-sent.resendIn': 'Vous pourrez demander un nouveau lien dans {time}.',
  'email-link-sent.resent': 'Un nouveau lien est en route. Les liens précédents ne sont plus valables.',

  'magic-link.heading': 'Confirmer à {tenantName} que c’est vous ?',
  'magic-link.description': 'Confirmez seulement si vous venez de le demander vous-même, sur l’appareil ci-dessous.',
  'magic-link.primaryCta': 'Oui, c’est moi',
  'magic-link.secondaryCta': 'Non, ce n’était pas moi',
  'magic-link.action': 'Pour',
  'magic-link.device': 'Appareil',
  'magic-link.place': 'Lieu',
  'magic-link.time': 'Demandé le',
  'magic-link-done.heading': 'Confirmé',
  'magic-link-done.description':
    'Revenez là où vous l’avez demandé : {tenantName} y continue. Vous pouvez fermer cette page.',
  'magic-link-done.primaryCta': 'Continuer',
  'magic-link-denied.heading': 'Merci de nous l’avoir signalé',
  'magic-link-denied.description':
    'Le lien n’est plus valable, et {tenantName} sait que ce n’était pas vous. Vous pouvez fermer cette page.',
  'magic-link-over.heading': 'Ce lien n’est plus valable',
  'magic-link-over.description':
    'Il a été utilisé, a expiré ou est incomplet. Revenez d’où vous venez et demandez-en un autre.',
  'magic-link-over.advice': 'Si vous n’avez pas demandé ce lien, dites-le à {tenantName}.',

  'help-take.heading': 'Retrouver l’accès chez {tenantName}',
  'help-take.description':
    'Continuez seulement si vous avez demandé de l’aide à {tenantName}. Vous pourrez ensuite ajouter un nouveau moyen de confirmer que c’est vous. Au début, il ne permet que peu de choses.',
  'help-take.primaryCta': 'Continuer',
  'help-stop.heading': 'Vous n’avez pas demandé d’aide ?',
  'help-stop.description':
    'Quelqu’un a demandé à {tenantName} l’accès à votre compte. Si ce n’était pas vous, arrêtez-le ici.',
  'help-stop.primaryCta': 'Ce n’était pas moi : arrêter',
  'help-stopped.heading': 'C’est arrêté',
  'help-stopped.description':
    'Le lien n’est plus valable, ce qui a été ajouté avec lui et attendait encore a été supprimé, et {tenantName} est au courant. Vous pouvez fermer cette page.',

  'totp-code-entry.heading': 'Saisissez le code de votre application',
  'totp-code-entry.description':
    'Ouvrez votre application d’authentification et saisissez le code qu’elle affiche pour {tenantName}.',
  'totp-code-entry.primaryCta': 'Confirmer',

  'totp-download.heading': 'Pas encore d’application d’authentification ?',
  'totp-download.description':
    'Toute application qui crée des codes convient, par exemple celle de votre gestionnaire de mots de passe. La boutique de votre téléphone en propose plusieurs.',

  'qr-code-verify.heading': 'Scannez avec votre téléphone',
  'qr-code-verify.description':
    'Ouvrez l’application {tenantName} sur votre téléphone et scannez ce code. L’application affiche alors ce que vous confirmez.',
  'qr-code-verify.imageLabel': 'Code QR pour l’application de votre téléphone',
  'qr-code-verify.waiting': 'En attente de votre téléphone…',
  'qr-code-verify.ended': 'Ce code n’est plus valable. Réessayez, ou essayez autrement.',
  'qr-code-verify.passkeyCta': 'Utiliser une clé d’accès du téléphone',
  'qr-code-verify.passkeyHint':
    'Votre navigateur affiche son propre code. Scannez-le avec l’appareil photo du téléphone, puis déverrouillez celui-ci. Cela ne fonctionne qu’avec le téléphone à côté de vous : personne ne peut s’en servir à distance.',
  'qr-code-scanned.heading': 'Regardez votre téléphone',
  'qr-code-scanned.description':
    'L’application {tenantName} affiche ce que vous confirmez. Approuvez-le uniquement si c’est exact.',
  'qr-code-scanned.waiting': 'En attente de votre réponse sur le téléphone…',
  'totp-setup.heading': 'Reliez votre application',
  'totp-setup.description':
    'Scannez cette image avec votre application d’authentification, puis saisissez le code qu’elle affiche.',
  'totp-setup.onPhone':
    'Ouvrez d’ici votre application d’authentification, ou scannez l’image avec un autre appareil. Saisissez ensuite le code qu’elle affiche.',
  'totp-setup.imageLabel': 'Code QR pour votre application d’authentification',
  'totp-setup.secretLabel': 'Impossible de scanner ? Saisissez cette clé dans l’application :',
  'totp-setup.openApp': 'Ouvrir dans une application de cet appareil',
  'totp-setup.copy': 'Copier la clé',
  'totp-setup.copied': 'Copié.',
  'totp-setup.primaryCta': 'Confirmer',

  'push-wait.heading': 'Répondez sur votre téléphone',
  'push-wait.description':
    'Ouvrez l’application sur votre téléphone et saisissez-y ce nombre. Faites-le seulement si la demande vient de vous.',
  'push-wait.number': 'Le nombre est',
  'push-wait.waiting': 'En attente de votre téléphone…',
  'push-wait.late': 'Pas encore de réponse. Votre téléphone est-il allumé et connecté ?',
  'push-wait.asking': 'Envoi à votre téléphone…',
  'push-wait.again': 'Demander à nouveau',
  'push-wait.wrongNumber':
    'Un autre nombre a été saisi sur le téléphone. Demandez à nouveau, puis saisissez le nombre affiché ici.',
  'push-wait.ended': 'Cette demande ne peut plus recevoir de réponse. Demandez à nouveau, ou essayez autrement.',

  'passkey-verify.heading': 'Utilisez votre clé d’accès',
  'passkey-verify.description': 'Confirmez avec votre empreinte, votre visage ou le verrouillage de l’écran.',
  'passkey-verify.primaryCta': 'Utiliser la clé d’accès',
  'passkey-verify.waiting': 'Suivez votre appareil…',
  'passkey-verify.cancelled': 'L’opération a été annulée ou a pris trop de temps. Vous pouvez réessayer.',
  'passkey-verify.refused': 'Cette clé d’accès n’a pas été acceptée. Réessayez, ou essayez autrement.',
  'passkey-verify.unsupported':
    'Ce navigateur ne peut pas utiliser de clé d’accès ici. Essayez autrement, ou ouvrez cette page dans un autre navigateur.',

  'passkey-create.heading': 'Créez une clé d’accès',
  'passkey-create.description':
    'La prochaine fois, vous confirmerez avec votre empreinte, votre visage ou le verrouillage de l’écran. Ni code ni mot de passe.',
  'passkey-create.primaryCta': 'Créer une clé d’accès',
  'passkey-create.waiting': 'Suivez votre appareil…',
  'passkey-create.cancelled': 'Aucune clé d’accès n’a été créée. Vous pouvez réessayer.',
  'passkey-create.exists': 'Cet appareil a déjà une clé d’accès pour vous.',
  'passkey-create.refused':
    'Cette clé n’a pas été acceptée. Essayez-en une autre, par exemple une clé de sécurité, ou un autre moyen.',

  'passkey-uplift.heading': 'Plus vite la prochaine fois',
  'passkey-uplift.description':
    'Créez une clé d’accès et confirmez avec votre empreinte, votre visage ou le verrouillage de l’écran. Elle protège aussi contre les faux sites.',
  'passkey-uplift.primaryCta': 'Créer une clé d’accès',
  'passkey-uplift.secondaryCta': 'Pas maintenant',

  'security-key-verify.heading': 'Utilisez votre clé de sécurité',
  'security-key-verify.description': 'Branchez-la ou approchez-la de l’appareil, puis touchez-la.',
  'security-key-verify.primaryCta': 'Utiliser la clé de sécurité',

  'security-key-create.heading': 'Ajoutez une clé de sécurité',
  'security-key-create.description':
    'Gardez votre clé sous la main. Branchez-la ou approchez-la de l’appareil quand le navigateur le demande.',
  'security-key-create.primaryCta': 'Ajouter la clé de sécurité',
  'security-key-create.cancelled': 'Aucune clé n’a été ajoutée. Vous pouvez réessayer.',
  'security-key-create.exists': 'Cette clé a déjà été ajoutée.',

  'recovery-code-entry.heading': 'Saisissez un code de secours',
  'recovery-code-entry.description':
    'Utilisez l’un des codes que vous avez gardés lors de la configuration. Chacun sert une fois.',
  'recovery-code-entry.label': 'Code de secours',
  'recovery-code-entry.primaryCta': 'Confirmer',

  'recovery-codes-show.heading': 'Gardez ces codes en lieu sûr',
  'recovery-codes-show.description':
    'L’un d’eux vous permet d’entrer si vous perdez votre appareil. Ils ne sont affichés que cette fois-ci.',
  'recovery-codes-show.primaryCta': 'Continuer',
  'recovery-codes-show.keepFirst':
    'Copiez ou téléchargez les codes, ou cochez la case une fois que vous les avez notés.',
  'recovery-codes-show.kept': 'Je les ai gardés',
  'recovery-codes-show.copy': 'Copier',
  'recovery-codes-show.copied': 'Copié.',
  'recovery-codes-show.download': 'Télécharger',
  'recovery-codes-show.fileName': 'codes-de-secours',

  'remember-device.label': 'Se souvenir de cet appareil pendant {time}',
  'remember-device.hint': 'Seulement si personne d’autre ne l’utilise.',

  'settings.heading': 'Vos moyens de confirmation',
  'settings.description': 'Ils protègent ce que vous faites chez {tenantName}.',
  'settings.empty': 'Rien n’est encore configuré.',
  'settings.add': 'Ajouter un moyen',
  'settings.added': 'Ajouté le {date}',
  'settings.recoveryCodes': 'Codes de secours',
  'settings.codesLeft': 'Codes restants : {count}',
  'settings.lastUsed': 'dernière utilisation le {date}',
  'settings.heldUntil': 'Pleinement utilisable à partir du {time}',
  'settings.heldWhy':
    'Ce moyen a été ajouté avec un code de récupération ou un moyen moins fort. Si ce n’est pas vous, supprimez-le et prévenez {tenantName} sans attendre.',
  'settings.default': 'Par défaut',
  'settings.makeDefault': 'Utiliser par défaut',
  'settings.madeDefault': 'C’est désormais votre moyen par défaut.',
  'settings.rename': 'Renommer',
  'settings.renameLabel': 'Nom',
  'settings.save': 'Enregistrer',
  'settings.renamed': 'Renommé.',
  'settings.change': 'Modifier',
  'settings.remove': 'Supprimer',
  'settings.removeHeading': 'Supprimer « {name} » ?',
  'settings.removeDescription': 'Vous ne pourrez plus l’utiliser. Cette action est définitive.',
  'settings.removed': 'Supprimé.',
  'settings.lastOne': 'C’est votre seul moyen, il ne peut donc pas être supprimé. Ajoutez-en d’abord un autre.',
  'settings.lastPasskey':
    'C’est votre dernière clé d’accès, elle ne peut donc pas être supprimée. Ajoutez-en d’abord une autre.',
  'settings.newRecoveryCodes': 'Créer de nouveaux codes de secours',
  'settings.newRecoveryCodesDescription': 'Vos codes actuels ne seront plus valables.',
  'settings.done': 'Terminé',
  'settings.proveFirst': 'Pour modifier quelque chose ici, confirmez avec le moyen le plus fort que vous ayez.',

  'devices.heading': 'Vos appareils',
  'devices.description': 'Vous avez confirmé que c’est vous depuis ces appareils.',
  'devices.empty': 'Il n’y en a pas encore.',
  'devices.unknown': 'Appareil inconnu',
  'devices.this': 'Cet appareil',
  'devices.name': '{browser} sur {os}',
  'devices.rememberedUntil': 'Mémorisé jusqu’au {date}',
  'devices.forget': 'Oublier',
  'devices.forgetHeading': 'Oublier « {name} » ?',
  'devices.forgetDescription': 'Vous devrez y confirmer que c’est vous, comme sur un nouvel appareil.',
  'devices.forgotten': 'Oublié.',

  'enroll-success.heading': 'C’est prêt',
  'enroll-success.description': 'Vous pouvez désormais confirmer que c’est vous avec :',
  'enroll-success.primaryCta': 'Continuer',

  'challenge-success.heading': 'Confirmé',
  'challenge-success.description': 'Vous l’avez confirmé à {tenantName}. Vous pouvez fermer cette page.',
  'challenge-success.leaving': 'Retour à {tenantName}…',

  'challenge-quit.heading': 'Vous avez arrêté ici',
  'challenge-quit.description': 'Rien n’a été confirmé. Vous pouvez fermer cette page ou continuer malgré tout.',
  'challenge-quit.primaryCta': 'Continuer malgré tout',

  'session-expired.heading': 'Cette page a expiré',
  'session-expired.description': 'Rien n’a été modifié. Revenez d’où vous venez et recommencez.',
  'session-expired.primaryCta': 'Revenir',

  'challenge-blocked.heading': 'Nous avons arrêté cette demande',
  'challenge-blocked.description': 'C’est pour vous protéger. Si c’est une erreur, demandez de l’aide à {tenantName}.',
  'challenge-blocked.primaryCta': 'Revenir',

  'challenge-failed.heading': 'L’opération a été refusée',
  'challenge-failed.description':
    'Elle n’a pas été confirmée, rien n’a donc été fait. Vous pouvez recommencer depuis {tenantName}.',
  'challenge-failed.primaryCta': 'Revenir',

  'challenge-review.heading': 'C’est en cours d’examen',
  'challenge-review.description': '{tenantName} vérifie l’opération. Vous n’avez plus rien à faire ici.',
  'challenge-review.primaryCta': 'Revenir',

  'cannot-confirm.heading': 'Impossible de confirmer ici',
  'cannot-confirm.description':
    'Aucun des moyens que vous avez configurés ne convient. Demandez de l’aide à {tenantName}.',
  'cannot-confirm.primaryCta': 'Revenir',

  'generic-error.heading': 'Une erreur s’est produite',
  'generic-error.description': 'Vous n’y êtes pour rien, et rien n’a été modifié. Veuillez réessayer.',
  'generic-error.primaryCta': 'Réessayer',

  'failure-busy.heading': 'Impossible pour le moment',
  'failure-busy.description': 'Vous n’y êtes pour rien. Veuillez réessayer dans un instant.',
  'failure-missing.heading': 'Il n’y a rien ici',
  'failure-missing.description': 'L’adresse est incomplète ou erronée. Revenez d’où vous venez et recommencez.',
  'failure-again.description': 'Vous n’y êtes pour rien. Revenez d’où vous venez et réessayez.',
  'failure.reference': 'Référence : {id}',
};
