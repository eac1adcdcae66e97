from tests.support.service_models import read_once

read_once()
