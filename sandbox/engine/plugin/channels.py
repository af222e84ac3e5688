"""How the engine's gRPC connections are made, to plugins and from them."""

CHANNEL_OPTIONS = (("grpc.max_receive_message_length", 400 * 1024 * 1024), ("grpc.max_send_message_length", -1))
