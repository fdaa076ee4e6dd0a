"""How gunicorn serves Ashi; it reads this file by itself. The scripts give the address and the number of workers."""

from clinic import environment

environment.load()
worker_class = "clinic.serving.WaitressWorker"
workers = environment.number("WEB_WORKERS", 3)
threads = 4
timeout = 60  # seconds without a sign of life before a worker is replaced
max_requests, max_requests_jitter = 5000, 500
accesslog = None
control_socket_disable = True  # several servers of one user fight for it, and nothing here needs it
