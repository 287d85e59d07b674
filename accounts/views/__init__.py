from accounts.views.password import ChangePassword
from accounts.views.sign_in import SignIn, SignOut, locked_out, still_here

__all__ = ["ChangePassword", "SignIn", "SignOut", "locked_out", "still_here"]
