"""The same server as Ashi's."""

worker_class = "clinic.serving.WaitressWorker"
threads = 4
preload_app = True
timeout = 60
accesslog = None
control_socket_disable = True
