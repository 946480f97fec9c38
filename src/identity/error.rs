//! What identity's users must tell apart.

crate::domain_errors! {
    pub struct IdentityError, IdentityErrorCode {
        /// E-mail or password is wrong, or there were too many wrong passwords lately.
        LoginFailed = "LOGIN_FAILED",
        /// An administrator locked the account, or the employment has ended.
        AccountLocked = "ACCOUNT_LOCKED",
        /// The code is wrong, was used, or has expired.
        CodeWrong = "CODE_WRONG",
        /// The link or refresh token is wrong, was used, or has expired.
        TokenInvalid = "TOKEN_INVALID",
        /// Asked again too soon or too often.
        TooSoon = "TOO_SOON",
        /// The password is too easy to guess.
        PasswordWeak = "PASSWORD_WEAK",
        /// The present password is wrong.
        PasswordWrong = "PASSWORD_WRONG",
        /// Another account has this e-mail address.
        EmailTaken = "EMAIL_TAKEN",
        /// Another account has this phone number.
        PhoneTaken = "PHONE_TAKEN",
        /// The name is taken.
        NameTaken = "NAME_TAKEN",
        /// The caller's own rights do not reach that far.
        ExceedsOwnRights = "EXCEEDS_OWN_RIGHTS",
        /// The platform would be left without an owner.
        LastSuperAdministrator = "LAST_SUPER_ADMINISTRATOR",
        /// Built-in roles cannot be changed.
        BuiltIn = "BUILT_IN",
        /// Something still refers to it.
        InUse = "IN_USE",
        /// No such postal code.
        PincodeUnknown = "PINCODE_UNKNOWN",
        /// The postal code does not lie in that state.
        StateMismatch = "STATE_MISMATCH",
    }
}
