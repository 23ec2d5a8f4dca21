# Arguments: settings.py. Sends as an app does that has these settings.
import runpy, sys
from django.conf import settings
from django.core.mail import send_mail

settings.configure(**{name: value for name, value in runpy.run_path(sys.argv[1]).items() if name.isupper()})
send_mail('Hello', 'Caught!', 'app@example.com', ['alice@example.com'])
