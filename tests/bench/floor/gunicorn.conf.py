"""The same server as Ashi's."""

import os

worker_class = "clinic.serving.WaitressWorker"
threads = 2 if os.environ["DATABASE_URL"].startswith("sqlite:") else 4
preload_app = True
timeout = 60
accesslog = None
control_socket_disable = True
